"""What a site and its prosecutors agreed on: days, warnings, offices. Versioned data."""
