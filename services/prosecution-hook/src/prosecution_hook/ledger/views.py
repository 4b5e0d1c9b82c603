"""A case as a liaison prosecutor sees it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from prosecution_hook.ledger.domain import Alignment, MatterState, MatterStatus


class LedgerItem(BaseModel):
    """One case or warrant as public record has it, and whether it is aligned with the plan."""

    id: UUID
    state: MatterState
    status: MatterStatus
    alignment: Alignment
    office: str
    cause_number: str | None
    incident_number: str | None
    warrant_number: str | None
    court: str | None
    reported_by: str
    incident_at: datetime | None
    filed_at: datetime
    received_at: datetime
    next_court_at: datetime | None
    charges: list[dict[str, Any]]
    decision: str | None
    disposition: str | None
