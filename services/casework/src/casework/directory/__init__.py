"""The resource directory: services around a site, in the shape of Open Referral's HSDS 3."""
