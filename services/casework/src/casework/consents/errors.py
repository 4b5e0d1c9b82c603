"""Rules of releases of information."""

from shared.errors import Conflict, NotFound


class NoSuchConsent(NotFound):
    """There is no such release of information at this caller's sites."""


class NotInForce(Conflict):
    """This release has ended; it cannot be replaced by another."""


class AnotherPersons(Conflict):
    """A release replaces one of the same participant only."""


class AlreadySigned(Conflict):
    """This release is signed; write another one to change it."""
