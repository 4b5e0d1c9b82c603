"""What casework can be asked to do for a participant's rights."""

from dataclasses import dataclass

from casework.rights.domain import ErasureReason


@dataclass(frozen=True, slots=True)
class EraseParticipant:
    """Forget a participant everywhere. `confirm` repeats the key: there is no way back."""

    participant_key: str
    reason: ErasureReason
    confirm: str
    by: str
    sites: frozenset[str]
