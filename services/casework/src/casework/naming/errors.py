"""Rules of names."""

from shared.errors import Conflict, NotFound


class TooManyNames(Conflict):
    """More names are kept of this participant than anybody needs; more would slow matching."""


class NoSuchName(NotFound):
    """There is no such name in this file."""
