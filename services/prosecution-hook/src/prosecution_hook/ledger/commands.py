"""What can be asked of the ledger."""

from dataclasses import dataclass

from prosecution_hook.offices import OfficeCaller
from shared.events import ParticipantRecontacted


@dataclass(frozen=True, slots=True)
class KeepReport:
    """Enter a matched report of a prosecutor or court."""

    event: ParticipantRecontacted


@dataclass(frozen=True, slots=True)
class ReadLedger:
    """Tell a liaison prosecutor which cases a participant has, if the participant consents."""

    participant_key: str
    by: OfficeCaller
