"""What can be asked about feeds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NoteHeartbeat:
    """Note that a source is alive, though it has nothing to report."""

    source: str
    sites: tuple[str, ...]


@dataclass(frozen=True)
class PutFeedPolicy:
    """Say what a site expects of a source; earlier versions are kept."""

    site: str
    source: str
    max_silence_minutes: int | None
    floor_per_day: int | None
    by: str
