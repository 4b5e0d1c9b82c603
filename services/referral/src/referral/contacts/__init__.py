"""Contacts that agencies report, correct and take back. Nothing here knows who is enrolled."""
