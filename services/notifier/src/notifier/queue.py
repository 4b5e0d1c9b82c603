"""Deliveries as rows: an intent that is claimed, tried, and ends in one outcome."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifier.domain import Alert, AlertStep
from notifier.policy import AlertClass
from shared.context import WorkContext, current
from shared.database import Transaction
from shared.ids import new_id
from shared.sealing import DataClass, KeyRing

# A claimed attempt counts as unknown until its outcome is recorded: a process that dies in between
# has perhaps sent it. Leases follow the database's clock, which no test or rehearsal moves.
# What was held for one person is claimed by one worker, all of it, to be one message.
_CLAIM = """
WITH waiting AS MATERIALIZED (
    SELECT DISTINCT method_id FROM delivery
    WHERE state = 'queued' AND held_until IS NOT NULL AND channel = $5 AND next_attempt_at <= $1
      AND (leased_until IS NULL OR leased_until < now())),
together AS MATERIALIZED (
    SELECT method_id FROM waiting
    WHERE pg_try_advisory_xact_lock(1, hashtext(method_id::text)) LIMIT 1),
claimed AS (
    UPDATE delivery SET lease = $2, leased_until = now() + make_interval(secs => $3),
        attempts = attempts + 1, unknowns = unknowns + 1
    WHERE id = ANY(ARRAY(
        SELECT id FROM delivery
        WHERE state = 'queued' AND channel = $5 AND next_attempt_at <= $1
          AND (leased_until IS NULL OR leased_until < now()) AND held_until IS NULL
        ORDER BY next_attempt_at LIMIT $4 FOR UPDATE SKIP LOCKED)
        || ARRAY(
        SELECT id FROM delivery
        WHERE method_id = (SELECT method_id FROM together) AND state = 'queued'
          AND held_until IS NOT NULL AND next_attempt_at <= $1
          AND (leased_until IS NULL OR leased_until < now()) FOR UPDATE SKIP LOCKED))
    RETURNING *)
SELECT claimed.id, claimed.lease, claimed.site, claimed.recipient, claimed.channel,
       claimed.purpose, claimed.alert_id, claimed.attempts, claimed.unknowns, claimed.created_at,
       claimed.traceparent, claimed.correlation_id, alert.number, alert.participant,
       alert.thread_id,
       claimed.purpose <> 'recall_told' AND (alert.answered_by IS NOT NULL
           OR coalesce(alert.state = 'suppressed', false)) AS answered,
       CASE WHEN claimed.purpose = 'recall_told' THEN alert.recalled_because END AS because,
       CASE WHEN claimed.recipient = 'program-line' THEN site_policy.program_line_email END AS line,
       site_policy.messages_at_most AS at_most,
       site_policy.messages_within_minutes AS within_minutes, method.id AS method_id,
       method.sealed_address, method.sealed_secret, method.code_id,
       CASE WHEN method.old_until > $1 THEN method.old_sealed_secret END AS sealed_old_secret,
       method.verified_at IS NOT NULL AND method.gone_at IS NULL AS usable,
       coalesce(alert.alert_class IN ('field', 'history'), false) AND claimed.purpose
           IN ('raised', 'updated', 'escalated', 'reassigned', 'handed_over', 'history')
           OR claimed.held_until IS NOT NULL AS waits,
       claimed.held_until IS NULL AND coalesce(CASE
           WHEN alert.alert_class IN ('legal', 'field') THEN claimed.purpose
               IN ('raised', 'updated', 'escalated', 'reassigned', 'handed_over')
           ELSE claimed.purpose = 'updated' AND step.detail !~ 'custody|another|first' END, false)
           AS may_be_held,
       coalesce(alert.alert_class = 'history', false) AND claimed.purpose
           IN ('escalated', 'reassigned', 'handed_over', 'history') AS is_history,
       past.contacts, past.first_at, past.last_at
FROM claimed
LEFT JOIN alert ON alert.id = claimed.alert_id
LEFT JOIN LATERAL (
    SELECT count(*) AS contacts, min(occurred_at) AS first_at, max(occurred_at) AS last_at
    FROM alert_entry AS entry
    WHERE alert.alert_class = 'history' AND entry.alert_id = alert.id
      AND entry.withdrawn_at IS NULL) AS past ON alert.alert_class = 'history'
LEFT JOIN contact_method AS method ON method.id = claimed.method_id
LEFT JOIN site_policy ON site_policy.site = claimed.site
LEFT JOIN alert_step AS step ON step.seq = claimed.step AND claimed.purpose = 'updated'
ORDER BY claimed.next_attempt_at"""

_RELEASE = """
UPDATE delivery SET lease = NULL, leased_until = NULL, attempts = attempts - 1,
    unknowns = unknowns - 1
WHERE id = $1 AND lease = $2"""

_ADD = """
INSERT INTO delivery (id, site, recipient, channel, method_id, purpose, next_attempt_at,
                      traceparent, correlation_id, created_at)
VALUES ($1, $2, $3, $4, $5, 'verify', $6, $7, $8, $6)"""
# What is old is held until it leaves, so that it is claimed together and comes as one message.
# By every method that the recipient's plan has for the class; the program line has no plan.
_ADD_PAGES = """
INSERT INTO delivery (id, site, recipient, channel, method_id, purpose, alert_id, step,
                      next_attempt_at, traceparent, correlation_id, created_at, notice,
                      held_until)
SELECT uuidv7(), $1, $2, coalesce(reach.channel, 'email'), reach.method_id, $3, $4, $5,
       $10::timestamptz + make_interval(secs => coalesce(reach.after_seconds, 0)), $7, $8, $6, $11,
       CASE WHEN $9 = 'history' AND reach.method_id IS NOT NULL
           AND $3 IN ('escalated', 'reassigned', 'handed_over', 'history')
           THEN $10::timestamptz END
FROM (SELECT) AS one
LEFT JOIN reach ON reach.site = $1 AND reach.sub = $2 AND reach.alert_class = $9
RETURNING channel"""


# The alert is locked first, as everybody does who locks both.
_SENT = """
WITH about AS MATERIALIZED (SELECT id, site, participant FROM alert WHERE id = $5 FOR UPDATE),
ended AS (
    UPDATE delivery SET state = 'sent', outcome = $3, ended_at = $4, lease = NULL,
        leased_until = NULL
    FROM (SELECT count(*) FROM about) AS locked
    WHERE id = $1 AND lease = $2 RETURNING alert_id, recipient, channel),
told AS (
    UPDATE alert SET state = 'told' FROM ended
    WHERE alert.id = ended.alert_id AND alert.state = 'waiting' AND alert.due_at IS NULL
    RETURNING alert.id),
step AS (
    INSERT INTO alert_step (alert_id, at, kind, who, detail)
    SELECT alert_id, $4, 'delivered', recipient, channel FROM ended WHERE alert_id IS NOT NULL
    UNION ALL SELECT alert_id, $4, 'told', recipient, NULL FROM ended JOIN told ON id = alert_id)
SELECT $1::uuid AS id, EXISTS (SELECT FROM told) AS told, site, participant
FROM ended LEFT JOIN about ON about.id = ended.alert_id"""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sent message was about, and whether its alert ended with it."""

    id: UUID
    told: bool
    site: str | None
    participant: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed delivery. `unknowns` counts tries that may have arrived, this one included.

    `may_be_held`: can wait a few minutes when there are too many; custody and safety cannot, but
    for news that changes neither.
    """

    id: UUID
    lease: UUID
    site: str
    recipient: str
    channel: str
    purpose: str
    alert_id: UUID | None
    attempts: int
    unknowns: int
    created_at: datetime
    traceparent: str | None
    correlation_id: str | None
    number: int | None
    participant: str | None
    thread_id: UUID | None
    answered: bool
    because: str | None
    line: str | None
    method_id: UUID | None
    sealed_address: str | None
    sealed_secret: str | None
    sealed_old_secret: str | None
    code_id: UUID | None
    usable: bool | None
    waits: bool
    may_be_held: bool
    is_history: bool
    contacts: int | None
    first_at: datetime | None
    last_at: datetime | None
    at_most: int | None
    within_minutes: int | None

    def address(self, ring: KeyRing) -> str | None:
        """Where it goes: one's own address; for the program line, the site's if it has one."""
        if self.sealed_address is None:
            return self.line
        if not self.usable and self.purpose != "verify":
            return None
        record = str(self.method_id)
        return ring.open(record, self.sealed_address, DataClass.IDENTITY).decode()


async def claim(tx: Transaction, channel: str, lease_seconds: int, most: int) -> list[Job]:
    """The next deliveries that are due, for this worker alone until the lease ends."""
    rows = await tx.raw.fetch(_CLAIM, tx.now, new_id(), lease_seconds, most, channel)
    return [Job(**dict(row)) for row in rows]


async def release(tx: Transaction, jobs: Sequence[Job]) -> None:
    """Give back what was claimed and not tried."""
    if jobs:
        await tx.raw.executemany(_RELEASE, [(job.id, job.lease) for job in jobs])


def wake(tx: Transaction, channels: Iterable[str]) -> None:
    """Only the workers that have something to do now: each would ask the database."""
    for channel in channels:
        tx.signal(waker(channel))


def waker(channel: str) -> str:
    """The signal for which a channel's workers wait."""
    return f"deliveries.{channel}"


async def add_page(
    tx: Transaction, alert: Alert, step: AlertStep, send_at: datetime | None = None
) -> None:
    """Queue the messages that this step of the alert makes necessary; now, or for later."""
    rows = await tx.raw.fetch(
        _ADD_PAGES,
        alert.site,
        step.who or alert.recipient,
        step.kind,
        alert.id,
        step.seq,
        tx.now,
        WorkContext.traceparent(),
        current().correlation_id,
        alert.alert_class,
        send_at or tx.now,
        None,
    )
    wake(tx, {row["channel"] for row in rows})


async def add_verification(
    tx: Transaction, site: str, sub: str, channel: str, method_id: UUID
) -> None:
    trace, correlation = WorkContext.traceparent(), current().correlation_id
    await tx.raw.execute(_ADD, new_id(), site, sub, channel, method_id, tx.now, trace, correlation)
    wake(tx, {channel})


async def add_notice(
    tx: Transaction,
    site: str,
    recipients: Sequence[str],
    purpose: str,
    *,
    like: AlertClass = AlertClass.FIELD,
) -> None:
    """Queue a message that is about no alert; it goes the ways that an alert `like` this would."""
    trace, correlation = WorkContext.traceparent(), current().correlation_id
    notice, now = new_id(), tx.now
    about = (purpose, None, None, now, trace, correlation, like, now, notice)
    found = await tx.raw.fetchmany(_ADD_PAGES, [(site, who, *about) for who in recipients])
    wake(tx, {row["channel"] for row in found})


async def end_as_sent(tx: Transaction, sent: Sequence[tuple[Job, str]]) -> dict[UUID, Sent]:
    """The way that nearly every delivery ends, with its outcome; what needed no answer ends with
    it. Without those whose lease ran out: somebody else has the delivery now."""
    if not sent:
        return {}
    rows = [(job.id, job.lease, outcome, tx.now, job.alert_id) for job, outcome in sent]
    return {row["id"]: Sent(**dict(row)) for row in await tx.raw.fetchmany(_SENT, rows)}


async def end(tx: Transaction, job: Job, state: str, outcome: str) -> bool:
    """False when the lease ran out and somebody else has the delivery now."""
    tag = await tx.raw.execute(
        "UPDATE delivery SET state = $3, outcome = $4, ended_at = $5, lease = NULL,"
        " leased_until = NULL WHERE id = $1 AND lease = $2",
        job.id,
        job.lease,
        state,
        outcome,
        tx.now,
    )
    return bool(tag == "UPDATE 1")


async def postpone(
    tx: Transaction, job: Job, until: datetime, outcome: str, *, arrived: bool
) -> bool:
    """Try again later. `arrived`: this try may have got through and stays counted."""
    tag = await tx.raw.execute(
        "UPDATE delivery SET next_attempt_at = $3, outcome = $4, unknowns = $5, lease = NULL,"
        " leased_until = NULL WHERE id = $1 AND lease = $2",
        job.id,
        job.lease,
        until,
        outcome,
        job.unknowns if arrived else job.unknowns - 1,
    )
    return bool(tag == "UPDATE 1")


async def cancel(tx: Transaction, alert_id: UUID, recipient: str | None = None) -> None:
    """Take back what was not sent yet, to everybody or to one. What is being sent goes on."""
    await tx.raw.execute(
        "UPDATE delivery SET state = 'cancelled', ended_at = $3 WHERE alert_id = $1"
        " AND state = 'queued' AND ($2::text IS NULL OR recipient = $2)"
        " AND (leased_until IS NULL OR leased_until < now())",
        alert_id,
        recipient,
        tx.now,
    )
