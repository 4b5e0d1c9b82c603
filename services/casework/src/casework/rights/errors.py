"""Rules of the participant's rights."""

from shared.errors import Conflict, NotFound


class NoErasure(NotFound):
    """This participant was not erased."""


class ErasedBefore(Conflict):
    """This participant was erased before; the receipts say how far it is."""


class KeyNotRepeated(Conflict):
    """Repeat the participant's key in `confirm`: what is erased does not come back."""
