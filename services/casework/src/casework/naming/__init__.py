"""The names a participant is known by: legal, chosen, former; all are matched, one is shown."""
