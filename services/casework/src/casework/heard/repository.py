"""Every query about what was heard."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from shared.database import Transaction
from shared.events import DisclosureMade, DisclosureSuppressed, Event

# A participant is known by the key of their file and by those of later referrals.
KEYS = "SELECT $1 UNION SELECT referred_as FROM attached_referral WHERE participant_key = $1"


async def add_fact(tx: Transaction, event: Event, kind: str, detail: Mapping[str, Any]) -> None:
    """Kept under the key that it came with: the file may be opened later than this arrives."""
    await tx.raw.execute(
        "INSERT INTO heard_fact (id, site, subject, kind, occurred_at, detail)"
        " VALUES ($1, $2, $3, $4, $5, $6::jsonb) ON CONFLICT DO NOTHING",
        event.id, event.site, event.subject, kind, event.occurred_at, json.dumps(detail),
    )  # fmt: skip


async def add_disclosure(tx: Transaction, event: DisclosureMade | DisclosureSuppressed) -> None:
    """R-05: one record per disclosure, made or stopped."""
    await tx.raw.execute(
        "INSERT INTO disclosure_record (id, site, subject, recipient, categories, purpose,"
        " consent_id, suppressed_because, occurred_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT DO NOTHING",
        event.disclosure_id, event.site, event.subject, event.recipient, list(event.categories),
        event.purpose, getattr(event, "consent_id", None), getattr(event, "reason", None),
        event.occurred_at,
    )  # fmt: skip


async def list_disclosures(tx: Transaction, participant_key: str) -> Sequence[Mapping[str, Any]]:
    """The latest first."""
    return list(
        await tx.raw.fetch(
            f"SELECT id, recipient, categories, purpose, consent_id, suppressed_because,"  # noqa: S608
            f" occurred_at FROM disclosure_record WHERE subject IN ({KEYS})"
            f" ORDER BY occurred_at DESC, id DESC",
            participant_key,
        )
    )


async def hold_is_resolved(tx: Transaction, hold_id: UUID) -> bool:
    """Whether a prosecutor has decided: a clock's word that comes late asks nobody any more."""
    return bool(
        await tx.raw.fetchval(
            "SELECT true FROM heard_fact WHERE kind = 'hold_resolved' AND detail->>'hold_id' = $1",
            str(hold_id),
        )
    )
