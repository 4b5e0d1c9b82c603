"""Silent sources: absence of alerts must not look like absence of contacts."""
