"""Deliveries as rows: an intent that is claimed, tried, and ends in one outcome."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notifier.domain import Alert, AlertStep
from shared.context import WorkContext, current
from shared.database import Transaction
from shared.ids import new_id

# A claimed attempt counts as unknown until its outcome is recorded: a process that dies in between
# has perhaps sent it. Leases follow the database's clock, which no test or rehearsal moves.
_CLAIM = """
WITH claimed AS (
    UPDATE delivery SET lease = $2, leased_until = now() + make_interval(secs => $3),
        attempts = attempts + 1, unknowns = unknowns + 1
    WHERE id = (
        SELECT id FROM delivery
        WHERE state = 'queued' AND next_attempt_at <= $1
          AND (leased_until IS NULL OR leased_until < now())
        ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *)
SELECT claimed.id, claimed.lease, claimed.site, claimed.recipient, claimed.channel,
       claimed.purpose, claimed.alert_id, claimed.attempts, claimed.unknowns, claimed.created_at,
       claimed.traceparent, claimed.correlation_id, alert.number,
       alert.answered_by IS NOT NULL
         OR coalesce(alert.state = 'suppressed', false) AS answered,
       CASE WHEN claimed.purpose = 'verify' THEN staff.new_email
            WHEN claimed.recipient = 'program-line' THEN site_policy.program_line_email
            ELSE staff.email END AS address,
       staff.code_id
FROM claimed
LEFT JOIN alert ON alert.id = claimed.alert_id
LEFT JOIN staff ON staff.site = claimed.site AND staff.sub = claimed.recipient
LEFT JOIN site_policy ON site_policy.site = claimed.site"""

_ADD = """
INSERT INTO delivery (id, site, recipient, channel, purpose, alert_id, step, next_attempt_at,
                      traceparent, correlation_id, created_at)
VALUES ($1, $2, $3, 'email', $4, $5, $6, $7, $8, $9, $7)"""


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
SELECT EXISTS (SELECT FROM told) AS told, site, participant
FROM ended LEFT JOIN about ON about.id = ended.alert_id"""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sent message was about, and whether its alert ended with it."""

    told: bool
    site: str | None
    participant: str | None


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed delivery. `unknowns` counts tries that may have arrived, this one included."""

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
    answered: bool
    address: str | None
    code_id: UUID | None


async def claim(tx: Transaction, lease_seconds: int) -> Job | None:
    """The next delivery that is due, for this worker alone until the lease ends."""
    row = await tx.raw.fetchrow(_CLAIM, tx.now, new_id(), lease_seconds)
    return Job(**dict(row)) if row else None


async def add_page(tx: Transaction, alert: Alert, step: AlertStep) -> None:
    """Queue the message that this step of the alert makes necessary."""
    await _add(tx, alert.site, alert.recipient, step.kind, alert.id, step.seq)


async def add_verification(tx: Transaction, site: str, sub: str) -> None:
    await _add(tx, site, sub, "verify", None, None)


async def _add(
    tx: Transaction, site: str, recipient: str, purpose: str, alert: UUID | None, step: int | None
) -> None:
    trace, correlation = WorkContext.traceparent(), current().correlation_id
    await tx.raw.execute(
        _ADD, new_id(), site, recipient, purpose, alert, step, tx.now, trace, correlation
    )
    tx.signal("deliveries")


async def end_as_sent(tx: Transaction, job: Job, outcome: str) -> Sent | None:
    """The way that nearly every delivery ends, in one statement; what needed no answer ends with
    it. None when the lease ran out and somebody else has the delivery now."""
    row = await tx.raw.fetchrow(_SENT, job.id, job.lease, outcome, tx.now, job.alert_id)
    return Sent(**dict(row)) if row else None


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
