"""Rules of plans."""

from shared.errors import Conflict, NotFound


class NoPlanYet(NotFound):
    """This participant has no plan yet."""


class NoSuchVersion(NotFound):
    """This participant's plan has no such version."""


class PlanAlreadyAgreed(Conflict):
    """The participant agreed to this version before."""


class NotTheNewest(Conflict):
    """A newer version was written since: agree to that one."""
