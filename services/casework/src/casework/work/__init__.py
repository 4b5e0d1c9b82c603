"""Open items: what a clock or an event left for a person to decide."""
