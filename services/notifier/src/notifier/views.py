"""Alerts as their readers see them: opened names, plain words. For the API and the pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from notifier.auditing.domain import AlertAudit, Stuck, stuck
from notifier.domain import Alert, AlertEntry, AlertNote, AlertState
from notifier.policy import AlertClass
from notifier.withdrawals import Withdrawal
from shared.events import ChargePart, CourtDatePart, MatchTier
from shared.sealing import DataClass, KeyRing


class Contact(BaseModel):
    """One report, with the participant's name. Of a withdrawn one only that, and why, is left."""

    display_name: str
    cause: str
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    recorded_at: AwareDatetime
    reported_by: str
    receipt: UUID
    record_version: int
    news: list[str]
    tier: MatchTier
    pre_enrollment_conduct: bool
    charges: list[ChargePart]
    next_court: CourtDatePart | None
    facility: str | None
    arrest_basis: str | None
    incident_number: str | None
    booking_number: str | None
    cause_number: str | None
    # What kind of report it was, and what it says happened: a warrant quashed, a case dismissed.
    contact_type: str | None = None
    outcome: str | None = None
    warrant_number: str | None = None
    court: str | None = None
    reply_by: AwareDatetime | None = None
    withdrawn_at: AwareDatetime | None
    withdrawn_because: Withdrawal | None = None


class AlertView(BaseModel):
    """An alert with its most urgent open contact. Without `due_at` it needs no answer.

    `newest` is the contact that came in last, when that is another one.
    With `recalled_at` it was withdrawn; `recalled_because` says why.
    """

    id: UUID
    number: int
    site: str
    participant: str
    alert_class: AlertClass
    state: AlertState
    recipient: str
    due_at: AwareDatetime | None
    raised_at: AwareDatetime
    case_manager_at_contact: str | None
    case_manager_now: str | None
    answered_by: str | None
    answered_at: AwareDatetime | None
    action: str | None
    recalled_at: AwareDatetime | None
    recalled_because: Withdrawal | None = None
    contact: Contact
    newest: Contact | None = None


class Note(BaseModel):
    """What somebody wrote beside an answer or a handover."""

    at: AwareDatetime
    by: str
    text: str


class ThreadView(AlertView):
    """An alert with everything that its incident's thread was told, and the notes on it."""

    entries: list[Contact]
    notes: list[Note]


class StepView(BaseModel):
    """One thing that happened to an alert, in plain words."""

    at: AwareDatetime
    kind: str
    who: str | None
    by: str | None
    text: str


class WhyView(BaseModel):
    """Why an alert stands as it does: every step, oldest first."""

    id: UUID
    number: int
    state: AlertState
    steps: list[StepView]


class OpenAlert(BaseModel):
    """An alert without an end. Names nobody but staff."""

    id: UUID
    number: int
    site: str
    alert_class: AlertClass
    recipient: str
    raised_at: AwareDatetime
    due_at: AwareDatetime | None
    overdue: bool
    stuck: Stuck | None


class Heartbeat(BaseModel):
    """Of the auditor. When it is late, an empty list proves nothing."""

    swept_at: AwareDatetime | None
    late: bool
    stuck: int


class AuditView(BaseModel):
    """Every alert that has no end yet, oldest first, and whether the auditor is at work."""

    items: list[OpenAlert]
    auditor: Heartbeat


def heartbeat_of(found: AlertAudit | None, now: datetime) -> Heartbeat:
    if found is None:
        return Heartbeat(swept_at=None, late=True, stuck=0)
    return Heartbeat(swept_at=found.swept_at, late=found.is_late(now), stuck=found.stuck)


def contact_of(entry: AlertEntry, ring: KeyRing) -> Contact:
    name = _name(entry, ring)
    shared = entry.model_dump(include=set(Contact.model_fields))
    return Contact(display_name=name, **shared, **entry.facts)


def _name(entry: AlertEntry, ring: KeyRing) -> str:
    if not entry.sealed_name:
        # No report about them came yet, and the event itself names nobody.
        return "Erased" if entry.withdrawn_at else "A participant of yours"
    return ring.open(str(entry.event_id), entry.sealed_name, DataClass.IDENTITY).decode()


def alert_of(
    alert: Alert, entry: AlertEntry, ring: KeyRing, newest: AlertEntry | None = None
) -> AlertView:
    return AlertView(**_alert(alert, entry, ring, newest))


def thread_of(
    alert: Alert, entries: list[AlertEntry], notes: list[AlertNote], ring: KeyRing
) -> ThreadView:
    headline = next(entry for entry in entries if entry.event_id == alert.headline)
    told = [contact_of(entry, ring) for entry in entries]
    written = [_note(note, ring) for note in notes]
    own = [e for e in entries if e.alert_id == alert.id and e.withdrawn_at is None]
    newest = own[-1] if own else None
    return ThreadView(**_alert(alert, headline, ring, newest), entries=told, notes=written)


def _note(note: AlertNote, ring: KeyRing) -> Note:
    text = ring.open(str(note.id), note.sealed_text, DataClass.CARE).decode()
    return Note(at=note.at, by=note.by, text=text)


def _alert(
    alert: Alert, entry: AlertEntry, ring: KeyRing, newest: AlertEntry | None
) -> dict[str, Any]:
    is_other = newest is not None and newest.event_id != entry.event_id
    return {
        **alert.model_dump(include=set(AlertView.model_fields)),
        "case_manager_at_contact": alert.manager_then,
        "case_manager_now": alert.manager_now,
        "contact": contact_of(entry, ring),
        "newest": contact_of(newest, ring) if newest and is_other else None,
    }


def open_alert_of(alert: Alert, now: datetime) -> OpenAlert:
    overdue = alert.due_at is not None and alert.due_at < now
    return OpenAlert(
        **alert.model_dump(include=set(OpenAlert.model_fields) - {"overdue"}),
        overdue=overdue,
        stuck=stuck(alert, now),
    )
