"""What is old when it arrives, and who may still be held although it is. Pure.

A contact that is old wakes nobody: it is told with all others of its kind in one message. Only who
may still sit in jail is told of as an emergency, however late the report comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from notifier.policy import CLASSES, Ages
from notifier.told import MEETINGS, ONE_EVENT
from shared.events import ContactType, ParticipantRecontacted, RecontactCause

# An import is over when nothing came for so long; a long one is told of in parts.
SETTLES_IN = timedelta(seconds=20)
TOLD_AFTER_AT_MOST = timedelta(minutes=5)
# Who was arrested and never booked is not in a cell any more.
HELD_UNBOOKED = timedelta(days=7)
_INSIDE = {RecontactCause.ARREST, RecontactCause.BOOKING, RecontactCause.CUSTODY_CHANGE}


def is_old(contact: ParticipantRecontacted, ages: Ages, now: datetime) -> bool:
    """Whether it was older than the site's limit for its class when it arrived.

    A report that waited for us is not old; one that was matched late is as old as it is by now. A
    charge is as old as its filing, and nothing is old that names a court date ahead.
    """
    if contact.next_court is not None and contact.next_court.at > now:
        return False
    arrived = now if contact.late else contact.received_at
    happened = max(contact.occurred_at, contact.filed_at or contact.occurred_at)
    return arrived - happened > ages.limit(CLASSES[contact.cause])


@dataclass(frozen=True, slots=True)
class Moment:
    """One report about a person: what it says of where they were, and the alert that has it."""

    alert_id: UUID
    cause: RecontactCause
    occurred_at: datetime
    contact_type: str | None = None

    @property
    def is_inside(self) -> bool:
        diverted = self.contact_type == ContactType.ARREST_DIVERTED_AGAIN
        return self.cause in _INSIDE and not diverted

    @property
    def is_outside(self) -> bool:
        is_meeting = self.cause in MEETINGS and self.cause is not RecontactCause.NEW_REFERRAL
        return self.cause is RecontactCause.RELEASE or (is_meeting and not self.is_inside)


def may_be_held(moments: Sequence[Moment], ages: Ages, now: datetime) -> Moment | None:
    """The report by which the person may be in custody now; None when a later one shows them free.

    A stop or a citation within hours of an arrest is the arrest itself, told by somebody else.
    """
    inside = [moment for moment in moments if moment.is_inside]
    last = max(inside, key=lambda moment: moment.occurred_at, default=None)
    if last is None or any(_shows_free(moment, last) for moment in moments):
        return None
    return last if now - last.occurred_at <= _longest(inside, ages) else None


def _shows_free(moment: Moment, last: Moment) -> bool:
    if moment.cause is RecontactCause.RELEASE:
        return moment.occurred_at >= last.occurred_at
    return moment.is_outside and moment.occurred_at > last.occurred_at + ONE_EVENT


def _longest(inside: Sequence[Moment], ages: Ages) -> timedelta:
    """How long somebody can be held by this; an arrest alone holds nobody for weeks."""
    last = max(inside, key=lambda moment: moment.occurred_at)
    near = (m for m in inside if abs(m.occurred_at - last.occurred_at) <= timedelta(days=3))
    is_booked = any(moment.cause is not RecontactCause.ARREST for moment in near)
    return timedelta(days=ages.held_days) if is_booked else HELD_UNBOOKED
