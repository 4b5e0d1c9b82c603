"""Rules of undoing an exit."""

from shared.errors import Conflict


class ExitStands(Conflict):
    """There is no exit to undo: it can be undone within 24 hours. Refer the person again."""
