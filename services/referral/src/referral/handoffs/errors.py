"""What is refused about a handoff."""

from shared.errors import Conflict, Invalid


class HandoffOutOfOrder(Conflict):
    """An earlier step of this handoff is missing."""


class StepNotAtThisDoor(Invalid):
    """Custody is relinquished in an arrest diversion; at the other doors people are introduced."""
