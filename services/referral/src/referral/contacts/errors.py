"""What is refused about reported contacts."""

from shared.errors import Invalid, NotFound


class ReportNotFound(NotFound):
    """No report of this receipt came from this caller."""


class NotThisRecord(Invalid):
    """The receipt belongs to another record or version."""
