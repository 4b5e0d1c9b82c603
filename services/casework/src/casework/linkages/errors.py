"""Rules of linkages."""

from shared.errors import Conflict, NotFound


class NoSuchLinkage(NotFound):
    """There is no such linkage at this caller's sites."""


class NoSuchService(NotFound):
    """The site's directory has no such service, or it was withdrawn."""


class ServiceNotActive(Conflict):
    """The directory does not call this service active: say why it is linked all the same."""


class OutcomeNotPossible(Conflict):
    """A linkage that stands like this cannot become that."""
