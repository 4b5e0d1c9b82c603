"""Signed webhooks to partners' systems: thin bodies, under a consent, to approved partners only."""
