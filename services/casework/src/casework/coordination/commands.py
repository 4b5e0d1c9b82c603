"""What casework can be asked to do about coordination."""

from dataclasses import dataclass
from uuid import UUID

from casework.coordination.domain import Reply
from shared.callers import Caller


@dataclass(frozen=True, slots=True)
class AnswerItem:
    """Answer a prosecutor's question in the closed form."""

    item_id: UUID
    reply: Reply
    by: Caller
