"""Rules of releases of information."""

from shared.errors import NotFound


class NoSuchConsent(NotFound):
    """There is no such release of information at this caller's sites."""
