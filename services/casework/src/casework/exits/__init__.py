"""Undoing an exit: within a day, with a reason, everything that it ended goes on."""
