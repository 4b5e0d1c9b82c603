"""Who may be diverted, as versioned data of a site; rules propose, people decide."""
