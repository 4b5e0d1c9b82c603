"""What prosecution-hook can be asked to do."""

from dataclasses import dataclass

from shared.callers import Caller


@dataclass(frozen=True)
class ReadLedger:
    """Tell a liaison prosecutor which charges a participant has, if the participant consents."""

    participant_key: str
    by: Caller
