"""What the notifier can be asked to do when somebody's place in the program changes."""

from dataclasses import dataclass

from shared.events import IdentityCorrected, ParticipantErased, ParticipantStatusChanged


@dataclass(frozen=True, slots=True)
class FollowStatus:
    """Stop what is under way for somebody who left or paused; go on for who is back."""

    changed: ParticipantStatusChanged


@dataclass(frozen=True, slots=True)
class RecallReport:
    """A report was withdrawn: take it back from exactly those who got it."""

    corrected: IdentityCorrected


@dataclass(frozen=True, slots=True)
class EraseParticipant:
    """Destroy whatever could say who somebody was."""

    erased: ParticipantErased
