"""Whether each source is heard of: absence of reports must not look like absence of contacts."""
