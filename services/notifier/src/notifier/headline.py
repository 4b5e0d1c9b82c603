"""Which of a thread's facts its alert is called by: the most urgent one that is open. Pure.

Never the newest: a court date that is set must not hide that somebody sits in jail. It depends on
what happened, not on the order in which reports of it arrive.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from notifier.told import Told, contradict
from shared.events import ContactType, RecontactCause

# Most urgent first. What closes another fact is news, too, and comes after what is open.
_ORDER = (
    "in_jail",
    "in_custody",
    "released",
    "diverted",
    "safety",
    "warrant",
    "missed_court",
    "charge",
    "court_date",
    "decision",
    "charge_referred",
    "disposition",
    "warrant_gone",
    "court_canceled",
    "citation",
    "police_contact",
    "referral",
    "closed",
)
_PLAIN: dict[RecontactCause, str] = {
    RecontactCause.BOOKING: "in_jail",
    RecontactCause.CUSTODY_CHANGE: "in_jail",
    RecontactCause.ARREST: "in_custody",
    RecontactCause.RELEASE: "released",
    RecontactCause.VICTIM_OF_CRIME: "safety",
    RecontactCause.OVERDOSE_RESPONSE: "safety",
    RecontactCause.WARRANT: "warrant",
    RecontactCause.FAILURE_TO_APPEAR: "missed_court",
    RecontactCause.NEW_CHARGE: "charge",
    RecontactCause.COURT_DATE: "court_date",
    RecontactCause.PROSECUTION_DECISION: "decision",
    RecontactCause.DISPOSITION: "disposition",
    RecontactCause.CITATION: "citation",
    RecontactCause.POLICE_CONTACT: "police_contact",
    RecontactCause.NEW_REFERRAL: "referral",
}
# Which later facts about the same matter close a fact.
_CLOSED_BY: dict[str, frozenset[str]] = {
    "in_jail": frozenset({"released"}),
    "in_custody": frozenset({"released", "diverted"}),
    "released": frozenset({"in_jail", "in_custody"}),
    "diverted": frozenset({"in_jail", "in_custody"}),
    "warrant": frozenset({"warrant_gone", "disposition"}),
    "missed_court": frozenset({"warrant_gone", "court_date", "disposition"}),
    "charge": frozenset({"disposition", "declined"}),
    "charge_referred": frozenset({"charge", "disposition", "declined"}),
    "court_date": frozenset({"court_canceled", "missed_court", "disposition"}),
    "decision": frozenset({"disposition", "charge"}),
    "warrant_gone": frozenset({"warrant"}),
    "court_canceled": frozenset({"court_date"}),
}
_CUSTODY = ("in_jail", "in_custody", "released", "diverted")


def headline_of(known: Sequence[Told]) -> UUID | None:
    """The report that the alert is called by; None for a thread that knows of none."""
    best = max(known, key=lambda one: _urgency(one, known), default=None)
    return best.event_id if best else None


def is_open(fact: Told, known: Sequence[Told]) -> bool:
    """Whether nothing that happened later has settled it: a release, a quashing, a dismissal."""
    closers = _CLOSED_BY.get(_word(fact), frozenset())
    return not any(_closes(other, fact, closers) for other in known)


def _urgency(fact: Told, known: Sequence[Told]) -> tuple[int, datetime, UUID]:
    word = _word(fact) if is_open(fact, known) else "closed"
    return -_ORDER.index(word), fact.occurred_at, fact.event_id


def _closes(other: Told, fact: Told, closers: frozenset[str]) -> bool:
    if other is fact or closers.isdisjoint(_words(other)):
        return False
    return not contradict(*_compared(other, fact)) and _is_later(other, fact)


def _compared(other: Told, fact: Told) -> tuple[dict[str, str], dict[str, str]]:
    """A case is settled under its own numbers; a release is of a booking, whatever came of it."""
    if _word(fact) not in _CUSTODY:
        return other.numbers, fact.numbers
    one, two = (
        {"booking": told.numbers["booking"]} if "booking" in told.numbers else {}
        for told in (other, fact)
    )
    return one, two


def _is_later(other: Told, fact: Told) -> bool:
    """At one and the same moment an end counts as later than what it ends."""
    if other.occurred_at == fact.occurred_at:
        return _ORDER.index(_word(other)) > _ORDER.index(_word(fact))
    return other.occurred_at > fact.occurred_at


def _words(fact: Told) -> frozenset[str]:
    """What a fact is, and what else it says for what it may close."""
    words = {_word(fact)}
    if fact.contact_type == ContactType.WARRANT_SERVED:
        words.add("warrant_gone")
    if fact.cause is RecontactCause.PROSECUTION_DECISION and fact.outcome == "decline":
        words.add("declined")
    return frozenset(words)


def _word(fact: Told) -> str:
    if fact.contact_type == ContactType.WARRANT_QUASHED:
        return "warrant_gone"
    if fact.contact_type == ContactType.CHARGE_REFERRED:
        return "charge_referred"
    if fact.cause is RecontactCause.COURT_DATE and fact.outcome == "canceled":
        return "court_canceled"
    if fact.is_diverted:
        return "diverted"
    return _PLAIN[fact.cause]
