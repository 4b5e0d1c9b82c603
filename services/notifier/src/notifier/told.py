"""What a thread remembers of each report, and whether two reports may be about one event. Pure.

In doubt two reports are about two events: a message too many costs less than an arrest of which
nobody hears.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.case_numbers import is_same
from shared.events import ContactType, ParticipantRecontacted, RecontactCause

# A thread spans this much without a shared number; with one, this much is one event.
ONE_INCIDENT = timedelta(hours=72)
# Without a shared number, two reports of one event differ by no more: from arrest to booking.
ONE_EVENT = timedelta(hours=6)
# These happen again and again within one booking, one case or one incident.
_REPEATED = {
    RecontactCause.RELEASE,
    RecontactCause.CUSTODY_CHANGE,
    RecontactCause.FAILURE_TO_APPEAR,
}
# Their moment is when a person was met; of the others, when a paper was filed or a date was set.
MEETINGS = {
    RecontactCause.POLICE_CONTACT,
    RecontactCause.CITATION,
    RecontactCause.ARREST,
    RecontactCause.BOOKING,
    RecontactCause.NEW_REFERRAL,
    RecontactCause.VICTIM_OF_CRIME,
    RecontactCause.OVERDOSE_RESPONSE,
}


class Told(BaseModel):
    """What the newest version of one record says. `record` is the digest of its source record.

    `numbers` holds what the report carries of incident, booking, cause and warrant number, in the
    normal form (shared/case_numbers.py).
    """

    model_config = ConfigDict(frozen=True)

    event_id: UUID
    record: str
    version: int
    source: str
    cause: RecontactCause
    occurred_at: AwareDatetime
    numbers: dict[str, str] = {}
    contact_type: str | None = None
    outcome: str | None = None

    @classmethod
    def of(cls, contact: ParticipantRecontacted, record: str, numbers: dict[str, str]) -> "Told":
        return cls(
            event_id=contact.id,
            record=record,
            version=contact.record_version,
            source=contact.reported_by,
            cause=contact.cause,
            occurred_at=contact.occurred_at,
            numbers=numbers,
            contact_type=contact.contact_type,
            outcome=contact.outcome,
        )

    @property
    def is_diverted(self) -> bool:
        """An arrest after which nobody was taken to jail."""
        return self.contact_type == ContactType.ARREST_DIVERTED_AGAIN


def put_among(known: Iterable[Told], new: Told) -> tuple[Told, ...]:
    """The newest version of each record, in whatever order versions arrive."""
    same = [old for old in known if old.record == new.record]
    newest = max((*same, new), key=lambda one: (one.version, one.occurred_at, one.event_id))
    return (*(old for old in known if old.record != new.record), newest)


def contradict(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Both carry a number of one kind, and it differs."""
    return any(kind in other and not is_same(other[kind], one[kind]) for kind in one)


def share(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return any(is_same(other.get(kind), number) for kind, number in one.items())


def may_be_one(old: Told, new: Told) -> bool:
    """Whether the new report may be another word on the event that the old one is about."""
    if old.record == new.record:
        return True
    if contradict(old.numbers, new.numbers):
        return False
    if not share(old.numbers, new.numbers) and _one_source_says_two(old, new):
        return False
    return abs(new.occurred_at - old.occurred_at) <= _window(old, new)


def _one_source_says_two(old: Told, new: Told) -> bool:
    """A source keeps one record of each event: two records of one kind are two events."""
    return (old.source, old.cause) == (new.source, new.cause)


def _window(old: Told, new: Told) -> timedelta:
    """How far apart the times of two reports of one event may be."""
    if new.cause in _REPEATED or not share(old.numbers, new.numbers):
        return ONE_EVENT
    if new.cause in MEETINGS and not _share_the_meeting(old, new):
        return ONE_EVENT
    return ONE_INCIDENT


def _share_the_meeting(old: Told, new: Told) -> bool:
    """One case may lead to several arrests; an incident or a booking is one."""
    kinds = ("incident", "booking")
    return any(is_same(old.numbers.get(kind), new.numbers.get(kind)) for kind in kinds)
