"""Releases of information: signed, in force, taken back."""
