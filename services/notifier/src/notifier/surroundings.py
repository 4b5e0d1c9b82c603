"""Who is responsible for a participant, who stands behind them, and how their site answers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from notifier.policy import NEVER_QUIET, USUAL_AGES, Ages, Clocks, Quiet
from notifier.routing import Role, Stop, route
from shared.database import Transaction

# One look-up by primary keys. `coalesce` in the order of who knows best: casework's assignment,
# the person's own entry, the site.
ROUTE = """
SELECT at_contact.case_manager AS manager_then, coalesce(now.case_manager, $4) AS manager,
       coalesce(manager.reachable, false) AS manager_reachable,
       away.sub IS NOT NULL AS manager_away,
       coalesce(away.backup, now.backup, manager.backup) AS backup,
       coalesce(backup.reachable, false) AS backup_reachable,
       EXISTS (SELECT FROM absence WHERE site = $1 AND sub = backup.sub AND starts_at <= $5
               AND ends_at > $5 AND cancelled_at IS NULL) AS backup_away,
       on_call.subs AS on_call, on_call.reachable AS on_call_reachable,
       coalesce(now.supervisor, manager.supervisor, policy.supervisor) AS supervisor,
       coalesce(supervisor.reachable, false) AS supervisor_reachable,
       EXISTS (SELECT FROM absence WHERE site = $1 AND sub = supervisor.sub AND starts_at <= $5
               AND ends_at > $5 AND cancelled_at IS NULL) AS supervisor_away,
       manager.hand_on AS manager_hand_on, backup.hand_on AS backup_hand_on,
       supervisor.hand_on AS supervisor_hand_on, on_call.hand_on AS on_call_hand_on,
       policy.custody_minutes, policy.safety_minutes, policy.legal_business_days,
       policy.custody_old_hours, policy.safety_old_hours, policy.legal_old_hours,
       policy.field_old_hours, policy.held_days,
       policy.holidays, policy.quiet_from, policy.quiet_until, policy.digests,
       participation.stop
FROM (SELECT) AS one
LEFT JOIN participation
    ON participation.site = $1 AND participation.participant = $2
LEFT JOIN assignment AS now
    ON now.site = $1 AND now.participant = $2 AND now.assigned_to IS NULL
LEFT JOIN LATERAL (
    SELECT case_manager FROM assignment
    WHERE site = $1 AND participant = $2 AND assigned_from <= $3
    ORDER BY assigned_from DESC LIMIT 1) AS at_contact ON true
LEFT JOIN site_policy AS policy ON policy.site = $1
LEFT JOIN staff AS manager
    ON manager.site = $1 AND manager.sub = coalesce(now.case_manager, $4)
LEFT JOIN LATERAL (
    SELECT sub, backup FROM absence
    WHERE site = $1 AND sub = manager.sub AND starts_at <= $5 AND ends_at > $5
      AND cancelled_at IS NULL LIMIT 1) AS away ON true
LEFT JOIN staff AS backup
    ON backup.site = $1 AND backup.sub = coalesce(away.backup, now.backup, manager.backup)
LEFT JOIN LATERAL (
    SELECT array_agg(duty.sub ORDER BY rotation) AS subs,
           array_agg(coalesce(person.reachable, false) ORDER BY rotation) AS reachable,
           array_agg(person.hand_on ORDER BY rotation) AS hand_on
    FROM duty LEFT JOIN staff AS person ON person.site = $1 AND person.sub = duty.sub
    WHERE duty.site = $1 AND starts_at <= $5 AND ends_at > $5) AS on_call ON true
LEFT JOIN staff AS supervisor
    ON supervisor.site = $1
    AND supervisor.sub = coalesce(now.supervisor, manager.supervisor, policy.supervisor)"""

_CLOCKS = ("custody_minutes", "safety_minutes", "legal_business_days")
_AGES = tuple(field.name for field in fields(Ages))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who is responsible for a participant, who stands behind them, and the site's clocks.

    `stop` is why nobody is alerted about them, if so.
    """

    manager_then: str | None
    manager_now: str | None
    stops: tuple[Stop, ...]
    clocks: Clocks
    stop: str | None = None
    quiet: Quiet = NEVER_QUIET
    ages: Ages = USUAL_AGES


async def look_around(
    tx: Transaction,
    site: str,
    participant: str,
    *,
    at: datetime,
    case_manager: str | None = None,
) -> Surroundings:
    """`case_manager` is casework's word, for when the assignment itself has not arrived yet."""
    return read_row(await tx.raw.fetchrow(ROUTE, site, participant, at, case_manager, tx.now))


def read_row(row: Any) -> Surroundings:
    clocks = Clocks(**_set_here(row, _CLOCKS), holidays=frozenset(row["holidays"] or ()))
    quiet = Quiet(row["quiet_from"], row["quiet_until"], tuple(row["digests"] or ()))
    ages = Ages(**_set_here(row, _AGES))
    return Surroundings(
        row["manager_then"], row["manager"], _stops(row), clocks, row["stop"], quiet, ages
    )


def _set_here(row: Any, names: Sequence[str]) -> dict[str, int]:
    """What the site's policy sets; the defaults stand for the rest."""
    return {name: row[name] for name in names if row[name] is not None}


def _stops(row: Any) -> tuple[Stop, ...]:
    case_manager, backup, supervisor = (
        Stop(role, row[name], *(row[f"{name}_{what}"] for what in ("reachable", "away", "hand_on")))
        for role, name in (
            (Role.CASE_MANAGER, "manager"),
            (Role.BACKUP, "backup"),
            (Role.SUPERVISOR, "supervisor"),
        )
    )
    columns = (row["on_call"] or (), row["on_call_reachable"] or (), row["on_call_hand_on"] or ())
    on_call = [
        Stop(Role.ON_CALL, sub, reachable, hand_on=hand_on)
        for sub, reachable, hand_on in zip(*columns, strict=True)
    ]
    return route(case_manager, backup, supervisor, on_call=on_call)
