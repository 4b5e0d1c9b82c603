"""When and why an exit can be undone."""

from datetime import datetime, timedelta
from enum import StrEnum

from casework.exits.errors import ExitStands
from casework.participants.domain import ParticipantFile, State, StatusChange
from shared.errors import PreconditionFailed
from shared.events import ParticipantStatusChanged

UNDONE_WITHIN = timedelta(days=1)


class UndoReason(StrEnum):
    """Why the exit is undone. A closed list: free text could say what nobody may read here."""

    BY_MISTAKE = "by_mistake"
    WRONG_PERSON = "wrong_person"
    NOT_SO = "not_so"
    CAME_BACK = "came_back"


def reopen(
    file: ParticipantFile,
    left: StatusChange | None,
    before: StatusChange | None,
    expected: int | None,
    at: datetime,
) -> ParticipantStatusChanged:
    """The file as it was before the exit `left`. Raises PreconditionFailed, ExitStands."""
    if expected not in (None, file.version):
        raise PreconditionFailed
    if file.state != State.EXITED or left is None or at >= left.changed_at + UNDONE_WITHIN:
        raise ExitStands
    file.version += 1
    file.state, file.reason = _standing(file, before)
    return ParticipantStatusChanged(
        site=file.site,
        subject=file.participant_key,
        occurred_at=at,
        status=file.state,
        reason=file.reason,
        since=at,
    )


def _standing(file: ParticipantFile, before: StatusChange | None) -> tuple[State, str | None]:
    """How engagement stood; somebody who never changed it was active, or not enrolled yet."""
    if before is not None and before.state != State.EXITED:
        return State(before.state), before.reason
    return (State.ACTIVE if file.enrolled_at else State.REFERRED), None
