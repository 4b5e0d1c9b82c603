"""Whom a report is about: people, their identifiers, contacts, the review queue, the purge."""
