"""Encounters: what the program's people do with a participant. Never "contacts"."""
