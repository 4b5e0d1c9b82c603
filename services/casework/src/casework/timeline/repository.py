"""The timeline: one SELECT per kind of entry, newest first. Nothing sealed is read for it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from casework.heard.repository import KEYS
from casework.matching.views import why_matched
from shared.database import Transaction

# Each gives (at, id, kind, detail) for the participant in $1.
SOURCES = {
    "contact": """
    SELECT occurred_at AS at, receipt AS id, 'contact' AS kind,
           json_build_object('contact_type', contact_type, 'said', said,
               'source_system', source_system, 'source_record_id', source_record_id,
               'record_version', record_version, 'received_at', received_at,
               'outcome', outcome, 'tier', tier, 'evidence', coalesce(evidence, asked_about),
               'reviewed_by', CASE WHEN verdict = 'same' THEN decided_by END) AS detail
    FROM contact LEFT JOIN (
        SELECT receipt, participant_key, evidence AS asked_about, state AS verdict, decided_by
        FROM identity_review) AS review USING (receipt, participant_key)
    WHERE participant_key = $1""",
    "referral": """
    SELECT occurred_at, referral_id, 'referral',
           json_build_object('referral_type', referral_type, 'source_system', source_system)
    FROM attached_referral WHERE participant_key = $1""",
    "assignment": """
    SELECT assigned_at, id, 'assignment',
           json_build_object('case_manager', case_manager, 'backup', backup,
               'supervisor', supervisor, 'assigned_by', assigned_by,
               'override_reason', override_reason)
    FROM case_assignment WHERE participant_key = $1""",
    "transfer": """
    SELECT offered_at, id, 'transfer',
           json_build_object('from', from_case_manager, 'to', to_case_manager, 'state', state,
               'decided_by', decided_by, 'decided_at', decided_at)
    FROM case_transfer WHERE participant_key = $1""",
    "intake_appointment": """
    SELECT set_at, id, 'intake_appointment',
           json_build_object('scheduled_for', scheduled_for, 'place', place,
               'interviewer', interviewer, 'state', state)
    FROM intake_appointment WHERE participant_key = $1""",
    "intake": """
    SELECT completed_at, id, 'intake', json_build_object('domains', domains)
    FROM intake_interview WHERE participant_key = $1""",
    "consent": """
    SELECT signed_at, id, 'consent',
           json_build_object('template_version', template_version, 'expires_on', expires_on,
               'state', state)
    FROM signed_consent WHERE participant_key = $1""",
    "consent_revoked": """
    SELECT revoked_at, id, 'consent_revoked',
           json_build_object('revoked_by', revoked_by, 'channel', revocation_channel)
    FROM signed_consent WHERE participant_key = $1 AND revoked_at IS NOT NULL""",
    "plan": """
    SELECT created_at, id, 'plan',
           json_build_object('version', version, 'domains', domains, 'agreed_at', agreed_at)
    FROM plan_version WHERE participant_key = $1""",
    "encounter": """
    SELECT began_at, id, 'encounter',
           json_build_object('kind', kind, 'minutes', minutes, 'reached', reached, 'goals', goals,
               'needs_met', needs_met, 'recorded_by', recorded_by)
    FROM encounter WHERE participant_key = $1""",
    "linkage": """
    SELECT linked_at, id, 'linkage',
           json_build_object('need', need, 'service', service_name, 'outcome', outcome,
               'outcome_at', outcome_at)
    FROM linkage WHERE participant_key = $1""",
    "status": """
    SELECT changed_at, id, 'status', json_build_object('state', state, 'reason', reason,
               'undone_because', undone_because)
    FROM status_change WHERE participant_key = $1""",
    "hold": f"""
    SELECT occurred_at, id, kind, detail::json
    FROM heard_fact WHERE subject IN ({KEYS})""",  # noqa: S608 - constant text
    "coordination": """
    SELECT requested_at, id, 'coordination',
           json_build_object('concerning', concerning, 'cause_number', cause_number,
               'due_at', due_at, 'state', state, 'answered_by', answered_by)
    FROM coordination_item WHERE participant_key = $1""",
    "disclosure": f"""
    SELECT occurred_at, id, 'disclosure',
           json_build_object('recipient', recipient, 'categories', categories,
               'purpose', purpose, 'suppressed_because', suppressed_because)
    FROM disclosure_record WHERE subject IN ({KEYS})""",  # noqa: S608 - constant text
}


async def list_timeline(
    tx: Transaction,
    key: str,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
    kinds: Collection[str] = (),
) -> list[Mapping[str, Any]]:
    """Newest first; only these kinds of source when some are named."""
    at, entry_id = before or (None, None)
    chosen = [sql for kind, sql in SOURCES.items() if not kinds or kind in kinds]
    # Constant texts, put together: nothing that anybody sent is in them.
    statement = (
        f"SELECT at, id, kind, detail FROM ({' UNION ALL '.join(chosen)}) AS entry(at, id, kind,"  # noqa: S608
        " detail) WHERE $2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid)"
        " ORDER BY at DESC, id DESC LIMIT $4"
    )
    rows = await tx.raw.fetch(statement, key, at, entry_id, limit)
    return [_explained(row) for row in rows]


def _explained(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A contact says in words why it is thought to be about this participant."""
    if row["kind"] != "contact":
        return row
    detail = dict(row["detail"])
    why = why_matched(detail.pop("evidence"), detail["reviewed_by"])
    return {**row, "detail": detail | {"why": why}}
