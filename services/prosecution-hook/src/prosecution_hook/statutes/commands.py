"""What can be asked of the statute table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportStatutes:
    """Make a state's table the next version; a file that was imported before changes nothing."""

    content: str
    checksum: str
    source: str
    by: str
