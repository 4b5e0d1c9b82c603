"""What the ledger refuses."""

from shared.errors import NotFound


class NoLedger(NotFound):
    """Nothing here for this caller."""
