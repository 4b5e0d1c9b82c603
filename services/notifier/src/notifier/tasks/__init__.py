"""What prosecutors' and courts' clocks want of the case manager: holds, and coordination items."""
