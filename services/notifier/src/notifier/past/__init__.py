"""Contacts that were old when they arrived: one message tells of all of them."""
