"""Linkages: services that a participant was referred on to, and what came of it."""
