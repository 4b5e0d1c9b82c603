"""Rules of what is known of a person."""

from shared.errors import Conflict, NotFound


class NoSuchNumber(NotFound):
    """There is no such number in this file."""


class NothingToCorrect(Conflict):
    """The file says this already."""
