"""What prosecutors' and courts' systems report: taken in, sealed, passed on to be matched."""
