"""Every query about the work group."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from casework.coordination.domain import PURPOSE
from casework.participants.person import SHOWN_AS
from casework.work.domain import WorkKind
from casework.workgroup.domain import Action, Attendee, Fact
from casework.workgroup.errors import NoSuchAction
from shared.database import Transaction
from shared.ids import new_id

# What a group of people can do something about; the rest is the case manager's own.
DISCUSSED = (
    WorkKind.COORDINATION,
    WorkKind.HOLD_EXPIRING,
    WorkKind.HOLD_REVIEW,
    WorkKind.INTAKE_REVIEW,
    WorkKind.CONSENT_EXPIRING,
    WorkKind.WORKGROUP_ACTION,
)

_AGENDA = f"""
WITH open AS (
    SELECT participant_key, array_agg(DISTINCT kind ORDER BY kind) AS kinds, min(due_at) AS due_at
    FROM work_item WHERE site = $1 AND closed_at IS NULL AND kind = ANY($2)
    GROUP BY participant_key),
met AS (
    SELECT participant_key, count(*) AS contacts FROM contact
    WHERE site = $1 AND participant_key IS NOT NULL AND occurred_at >= $3
    GROUP BY participant_key)
SELECT f.participant_key, f.state, f.reason, f.case_manager, f.enrolled_at, f.outreach_at,
       f.intake_scheduled_for, f.intake_completed_at, {SHOWN_AS},
       coalesce(o.kinds, '{{}}') AS kinds, o.due_at, coalesce(m.contacts, 0) AS contacts,
       (SELECT domains FROM plan_version v WHERE v.participant_key = f.participant_key
          AND v.agreed_at IS NOT NULL ORDER BY version DESC LIMIT 1) AS goals
FROM participant_file f JOIN person p USING (participant_key)
LEFT JOIN open o USING (participant_key) LEFT JOIN met m USING (participant_key)
WHERE f.site = $1 AND f.state <> 'exited'
  AND (o.participant_key IS NOT NULL OR m.participant_key IS NOT NULL
       OR f.reason = 'in_the_wind')
ORDER BY o.due_at NULLS LAST, f.participant_key LIMIT 500"""  # noqa: S608 - constant text


_RECIPIENTS = """
SELECT DISTINCT g ->> 'recipient_role' AS role, g ->> 'recipient_org' AS org
FROM signed_consent c CROSS JOIN LATERAL jsonb_array_elements(c.grants) AS g
WHERE c.site = $1 AND c.state = 'signed' AND g ->> 'recipient_role' = ANY($2)
  AND g -> 'purposes' ? $3
ORDER BY role, org LIMIT 200"""


async def list_agenda(tx: Transaction, site: str, since: datetime) -> list[Mapping[str, Any]]:
    """Who has something open, had a contact since then, or is being looked for; due first."""
    rows = list(await tx.raw.fetch(_AGENDA, site, list(DISCUSSED), since))
    tx.concerns.update(row["participant_key"] for row in rows)
    return rows


async def get_action(tx: Transaction, action_id: UUID, sites: Collection[str]) -> Action:
    """Locked. Another site's action does not exist for this caller (R-32)."""
    action = await tx.get(Action, action_id, with_for_update=True)
    if action is None or action.site not in sites:
        raise NoSuchAction
    return action


async def list_open_actions(tx: Transaction, site: str) -> Sequence[Action]:
    """What the group decided and nobody has done yet, due first."""
    statement = select(Action).where(Action.site == site, col(Action.done_at).is_(None))
    ordered = statement.order_by(col(Action.due_at), col(Action.id)).limit(500)
    found = (await tx.exec(ordered)).all()
    tx.concerns.update(action.participant_key for action in found)
    return found


async def list_recipients(tx: Transaction, site: str) -> list[tuple[str, str]]:
    """Role and organization of everybody whom a release at the site names for coordination."""
    rows = await tx.raw.fetch(_RECIPIENTS, site, [str(role) for role in Attendee], PURPOSE)
    return [(row["role"], row["org"]) for row in rows]


async def add_disclosure(
    tx: Transaction, site: str, key: str, recipient: str, facts: Sequence[Fact]
) -> None:
    """R-05: what is put into a packet is accounted for, by release."""
    for consent_id in {fact.consent_id for fact in facts}:
        told = sorted({fact.category for fact in facts if fact.consent_id == consent_id})
        await tx.raw.execute(
            "INSERT INTO disclosure_record (id, site, subject, recipient, categories, purpose,"
            " consent_id, occurred_at) VALUES ($1, $2, $3, $4, $5, 'case_coordination', $6, $7)",
            new_id(), site, key, recipient, told, consent_id, tx.now,
        )  # fmt: skip
