"""What is refused about a statute table."""

from shared.errors import Invalid


class WrongChecksum(Invalid):
    """The content does not have this SHA-256: it was changed on its way, or is another file."""


class UnusableTable(Invalid):
    """Nothing was imported: `errors` says which lines cannot be read, and why."""
