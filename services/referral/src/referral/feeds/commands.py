"""What can be asked about feeds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NoteHeartbeat:
    """Note that a source is alive, though it has nothing to report."""

    source: str
    sites: tuple[str, ...]
