"""What happens to every contact, in as few statements as possible: the notifier's hot path."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from notifier import queue
from notifier.choosing import Incident
from notifier.domain import AlertState, StepKind
from notifier.incidents import Fact, Known, News
from notifier.policy import AlertClass
from notifier.surroundings import ROUTE, Surroundings, read_row
from notifier.told import ONE_INCIDENT
from shared.context import WorkContext, current
from shared.database import Transaction
from shared.events import ParticipantRecontacted
from shared.ids import new_id
from shared.sealing import DataClass

# Locked with their latest alert: a person may be acknowledging it right now.
_INCIDENTS = """
SELECT t.participant, t.id, t.keys, t.started_at, t.known, a.id AS alert_id, a.number, a.state,
       a.recipient, a.alert_class, a.due_at, a.headline
FROM alert_thread t JOIN alert a ON a.id = t.alert_id
WHERE t.site = $1 AND t.participant = $2 AND NOT t.withdrawn
  AND (t.started_at BETWEEN $3 AND $4 OR t.keys && $5)
ORDER BY t.id FOR UPDATE OF t, a"""

_RECORD = """
WITH thread AS (
    INSERT INTO alert_thread (id, site, participant, keys, started_at, known, alert_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO UPDATE SET keys = excluded.keys, started_at = excluded.started_at,
        known = excluded.known, alert_id = excluded.alert_id),
raised AS (
    INSERT INTO alert (id, site, participant, thread_id, alert_class, state, recipient, due_at,
                       raised_at, manager_then, manager_now, headline)
    VALUES ($7, $2, $3, $1, $8, 'waiting', $9, $10, $11, $12, $13, $14)
    ON CONFLICT (id) DO UPDATE SET alert_class = excluded.alert_class, due_at = excluded.due_at,
        headline = excluded.headline
    RETURNING number),
entry AS (
    INSERT INTO alert_entry (event_id, thread_id, alert_id, receipt, source_record_id,
                             record_version, cause, reported_by, occurred_at, received_at,
                             recorded_at, news, facts, sealed_name)
    VALUES ($15, $1, $7, $16, $17, $18, $19, $20, $21, $22, $11, $23, $24, $25)),
step AS (
    INSERT INTO alert_step (alert_id, at, kind, who, detail)
    SELECT $7, $11, kind, who, detail
    FROM unnest($26::text[], $27::text[], $28::text[]) WITH ORDINALITY
         AS s(kind, who, detail, position) ORDER BY position
    RETURNING seq, kind),
item AS (
    INSERT INTO inbox_item (recipient, alert_id, site) VALUES ($9, $7, $2)
    ON CONFLICT (recipient, alert_id) DO UPDATE SET seq = nextval('inbox_seq')),
intent AS (
    INSERT INTO delivery (id, site, recipient, channel, method_id, purpose, alert_id, step,
                          next_attempt_at, traceparent, correlation_id, created_at)
    SELECT uuidv7(), $2, $9, coalesce(reach.channel, 'email'), reach.method_id, kind, $7, seq,
           $31::timestamptz + make_interval(secs => coalesce(reach.after_seconds, 0)), $29, $30, $11
    FROM step LEFT JOIN reach
        ON reach.site = $2 AND reach.sub = $9 AND reach.alert_class = $8
    WHERE kind IN ('raised', 'updated') AND $8 <> 'history'
    RETURNING channel)
SELECT number, ARRAY(SELECT channel FROM intent) AS channels FROM raised"""


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """The alert that a report opens or adds to. `send_at`: when its messages may leave."""

    id: UUID
    alert_class: AlertClass
    recipient: str
    due_at: datetime | None
    headline: UUID
    manager_then: str | None = None
    manager_now: str | None = None
    send_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenThread:
    """A thread as it is stored, with its latest alert."""

    incident: Incident
    alert: AlertDraft
    state: AlertState


@dataclass(frozen=True, slots=True)
class Arrival:
    """A contact, what it says, the threads that it may belong to, and who is responsible."""

    contact: ParticipantRecontacted
    fact: Fact
    threads: Sequence[OpenThread]
    around: Surroundings


@dataclass(frozen=True, slots=True)
class Record:
    """All that one report changes. A step of kind `raised` or `updated` is a page."""

    contact: ParticipantRecontacted
    fact: Fact
    incident: Incident | None
    alert: AlertDraft
    news: tuple[News, ...]
    steps: tuple[tuple[StepKind, str | None, str | None], ...]
    starts_clock: bool = False


async def look_up(tx: Transaction, contacts: Sequence[ParticipantRecontacted]) -> list[Arrival]:
    """For each contact, of different participants, its threads (locked) and who is responsible."""
    facts = [Fact.of(contact, tx.ring) for contact in contacts]
    threads: dict[str, list[OpenThread]] = {contact.subject: [] for contact in contacts}
    spans = zip(contacts, facts, strict=True)
    # Always in this order: two transactions that lock several people's threads must not cross.
    ranges = sorted((_range_of(contact, fact) for contact, fact in spans), key=itemgetter(0, 1))
    for row in await tx.raw.fetchmany(_INCIDENTS, ranges):
        threads[row["participant"]].append(_open_thread(row))
    routes = [(c.site, c.subject, c.occurred_at, c.case_manager, tx.now) for c in contacts]
    around = map(read_row, await tx.raw.fetchmany(ROUTE, routes))
    known = (threads[contact.subject] for contact in contacts)
    return list(map(Arrival, contacts, facts, known, around))


def _range_of(contact: ParticipantRecontacted, fact: Fact) -> tuple[Any, ...]:
    first, last = fact.occurred_at - ONE_INCIDENT, fact.occurred_at + ONE_INCIDENT
    return contact.site, contact.subject, first, last, sorted(fact.keys)


def _open_thread(row: Any) -> OpenThread:
    known = Known.model_validate(row["known"])
    incident = Incident(row["id"], frozenset(row["keys"]), row["started_at"], known)
    alert_class, state = AlertClass(row["alert_class"]), AlertState(row["state"])
    who, due = row["recipient"], row["due_at"]
    return OpenThread(
        incident, AlertDraft(row["alert_id"], alert_class, who, due, row["headline"]), state
    )


async def record_contacts(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> list[int]:
    """Write it all, and wake who sends it. Returns the alerts' numbers."""
    written = await tx.raw.fetchmany(_RECORD, rows)
    queue.wake(tx, {channel for row in written for channel in row["channels"]})
    return [row["number"] for row in written]


def row(record: Record, tx: Transaction) -> tuple[Any, ...]:
    """All that is written of one report, and its trace: to be called in its surroundings."""
    contact, fact, alert = record.contact, record.fact, record.alert
    known = record.incident.known if record.incident else Known()
    keys = record.incident.keys if record.incident else frozenset()
    started = record.incident.started_at if record.incident else fact.occurred_at
    kinds, whos, details = zip(*record.steps, strict=True)
    return (
        record.incident.thread_id if record.incident else new_id(),
        contact.site,
        contact.subject,
        sorted(keys | fact.keys),
        min(started, fact.occurred_at),
        known.learn(fact).model_dump_json(),
        alert.id,
        alert.alert_class,
        alert.recipient,
        alert.due_at,
        tx.now,
        alert.manager_then,
        alert.manager_now,
        alert.headline,
        *_entry(record, tx),
        kinds,
        whos,
        details,
        WorkContext.traceparent(),
        current().correlation_id,
        alert.send_at or tx.now,
    )


def _entry(record: Record, tx: Transaction) -> tuple[Any, ...]:
    contact = record.contact
    name = tx.ring.seal(DataClass.IDENTITY, str(contact.id), contact.display_name.encode())
    return (
        contact.id,
        contact.receipt,
        contact.source_record_id,
        contact.record_version,
        contact.cause,
        contact.reported_by,
        contact.occurred_at,
        contact.received_at,
        [str(news) for news in record.news],
        json.dumps(_facts(contact)),
        name,
    )


def _facts(contact: ParticipantRecontacted) -> dict[str, Any]:
    """What the page shows beside the name: only the public record, and how sure the match is."""
    shown = {"tier", "pre_enrollment_conduct", "charges", "next_court", "facility", "arrest_basis",
             "incident_number", "booking_number", "cause_number", "warrant_number", "court",
             "contact_type", "outcome"}  # fmt: skip
    return contact.model_dump(mode="json", include=shown)
