"""Every query of the pages that no concern has of its own."""

from collections.abc import Collection, Mapping
from typing import Any

from casework.participants.person import SHOWN_AS
from shared.database import Transaction

_TEAM = """
WITH load AS (
    SELECT site, case_manager, count(*) AS participants,
           count(*) FILTER (WHERE state = 'active') AS active
    FROM participant_file
    WHERE site = ANY($1) AND state <> 'exited' AND case_manager IS NOT NULL
    GROUP BY site, case_manager),
waiting AS (
    SELECT w.site, coalesce(w.assignee, f.case_manager) AS responsible, count(*) AS items,
           min(w.due_at) AS first_due
    FROM work_item w JOIN participant_file f USING (participant_key)
    WHERE w.site = ANY($1) AND w.closed_at IS NULL GROUP BY 1, 2)
SELECT l.*, coalesce(w.items, 0) AS items, w.first_due, r.reachable
FROM load l
LEFT JOIN waiting w ON w.site = l.site AND w.responsible = l.case_manager
LEFT JOIN staff_reachability r ON r.site = l.site AND r.staff = l.case_manager
ORDER BY l.site, l.case_manager"""

_PEOPLE = f"""
SELECT f.participant_key, f.site, f.state, f.reason, f.case_manager, f.outreach_due_at,
       f.outreach_at, f.reached_at, f.intake_due_at, f.intake_scheduled_for, f.intake_completed_at,
       {SHOWN_AS},
       (SELECT count(*) FROM work_item w WHERE w.participant_key = f.participant_key
          AND w.closed_at IS NULL) AS items,
       (SELECT min(w.due_at) FROM work_item w WHERE w.participant_key = f.participant_key
          AND w.closed_at IS NULL) AS first_due
FROM participant_file f JOIN person p USING (participant_key)
WHERE f.site = ANY($1) AND f.state <> 'exited' AND f.case_manager IS NOT DISTINCT FROM $2
ORDER BY first_due NULLS LAST, f.participant_key LIMIT $3"""  # noqa: S608 - constant text


async def list_team(tx: Transaction, sites: Collection[str]) -> list[Mapping[str, Any]]:
    """Each case manager: how many participants, how many open items, due when, reachable."""
    return list(await tx.raw.fetch(_TEAM, list(sites)))


async def count_caseloads(tx: Transaction, site: str) -> dict[str, int]:
    """Each case manager's participants at the site."""
    return {row["case_manager"]: row["participants"] for row in await list_team(tx, [site])}


async def list_caseload(
    tx: Transaction, sites: Collection[str], case_manager: str | None, limit: int
) -> list[Mapping[str, Any]]:
    """One case manager's participants, what is due first first; None for the unassigned."""
    rows = list(await tx.raw.fetch(_PEOPLE, list(sites), case_manager, limit))
    tx.concerns.update(row["participant_key"] for row in rows)
    return rows
