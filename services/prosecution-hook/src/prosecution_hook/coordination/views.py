"""A coordination item as a liaison prosecutor sees it: only what a consent covers, now."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from prosecution_hook.coordination import repository
from prosecution_hook.coordination.domain import (
    Concerning,
    Coordination,
    Decision,
    ItemState,
    Outcome,
    Rationale,
)
from prosecution_hook.disclosure.domain import Proposal
from prosecution_hook.ledger import repository as ledger
from prosecution_hook.ledger.domain import Matter
from prosecution_hook.ledger.views import LedgerItem
from prosecution_hook.offices import OfficeCaller
from prosecution_hook.telling import proposals_to, tell
from shared.database import Transaction


class Reply(BaseModel):
    """The case manager's structured answer: the parts that a consent covers (R-15)."""

    replied_at: datetime
    engaged: bool | None
    goals: str | None
    barriers: list[str]
    would_help: list[str]


class ItemView(BaseModel):
    """An item with its matter, the answer, and what must go with them (R-04)."""

    id: UUID
    site: str
    concerning: Concerning
    office: str
    owner: str
    participant_key: str
    hold_id: UUID | None
    opened_at: datetime
    due_at: datetime
    state: ItemState
    decision: Decision | None
    outcome: Outcome | None
    rationale: Rationale | None
    decided_at: datetime | None
    version: int
    matter: LedgerItem
    reply: Reply | None
    consent_id: UUID
    notice: str


async def view_of(item: Coordination, caller: OfficeCaller, tx: Transaction) -> ItemView | None:
    """None while no consent covers it: then the item is the case manager's alone (scenario 6)."""
    matter = await ledger.find_matter(tx, item.matter_id)
    if matter is None:
        return None
    clearance = await tell(_proposals(item, caller), tx)
    if clearance is None:
        return None
    return ItemView(
        **item.model_dump(include=set(ItemView.model_fields)),
        matter=_matter(matter),
        reply=await _reply(item, caller, tx),
        consent_id=clearance.consent_id,
        notice=clearance.notice,
    )


def _proposals(item: Coordination, caller: OfficeCaller, *categories: str) -> tuple[Proposal, ...]:
    """An item is told to the people of its own office only."""
    key = item.participant_key
    return proposals_to(caller, item.site, key, *categories, about=item.id, office=item.office)


def _matter(matter: Matter) -> LedgerItem:
    return LedgerItem.model_validate(matter.model_dump())


async def _reply(item: Coordination, caller: OfficeCaller, tx: Transaction) -> Reply | None:
    """That somebody has nothing helpful to share looks as if no answer were needed (R-15)."""
    found = await repository.find_reply(tx, item.id)
    if found is None or found.nothing_helpful_to_share:
        return None
    parts: dict[str, Any] = {"goals": found.goals_summary, "barriers": found.barriers}
    for category, said in parts.items():
        if said and await tell(_proposals(item, caller, category), tx) is None:
            parts[category] = [] if category == "barriers" else None
    return Reply(**parts, **found.model_dump(include={"replied_at", "engaged", "would_help"}))
