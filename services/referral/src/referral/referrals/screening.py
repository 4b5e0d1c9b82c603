"""Screening: what the criteria propose, what a person decided, and on what grounds (R-34, R-35)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from referral.criteria.domain import (
    CriteriaContent,
    Finding,
    Outcome,
    Proposal,
    Result,
    propose,
)
from referral.criteria.facts import Facts
from referral.criteria.kinds import Met
from referral.referrals.commands import ScreenReferral
from referral.referrals.errors import ScreeningIncomplete
from shared.errors import FieldError

# What the desk decides here; a person's or an officer's no has a step of its own.
DECISIONS = (
    Outcome.ELIGIBLE,
    Outcome.PRESUMPTIVELY_INELIGIBLE,
    Outcome.NEEDS_AGENCY_APPROVAL,
    Outcome.WAITLISTED,
    Outcome.REJECTED_BY_PROSECUTOR,
)


class Screening(SQLModel, table=True):
    """One decision. Grounds and reason are sealed as care: they speak of somebody's past."""

    id: UUID = Field(primary_key=True)
    referral_id: UUID
    criteria_version: str
    proposed: str | None
    outcome: str
    decided_by: str
    decided_at: datetime = Field(sa_type=DateTime(timezone=True))
    sealed: str


class Grounds(BaseModel):
    """What a decision stood on."""

    results: tuple[Result, ...]
    findings: Mapping[str, Finding]
    reason: str | None


def weigh(
    content: CriteriaContent, facts: Facts, findings: Mapping[str, Finding], cmd: ScreenReferral
) -> Proposal:
    """What the criteria propose. Raises ScreeningIncomplete when the decision may not stand so."""
    if cmd.findings.keys() - {criterion.code for criterion in content.criteria}:
        raise _incomplete("/findings", "no_such_criterion")
    proposal = propose(content, facts, findings)
    if cmd.decision is Outcome.ELIGIBLE and proposal.approvals_missing:
        raise _incomplete("/findings", "approval_missing")
    rejected = _is_rejected(content, proposal)
    if rejected != (cmd.decision is Outcome.REJECTED_BY_PROSECUTOR):
        raise _incomplete("/decision", "rejected" if rejected else "not_rejected")
    if cmd.decision is not proposal.outcome and not cmd.reason:
        raise _incomplete("/reason", "reason_needed")
    return proposal


def _is_rejected(content: CriteriaContent, proposal: Proposal) -> bool:
    final = {c.code for c in content.criteria if c.otherwise is Outcome.REJECTED_BY_PROSECUTOR}
    return any(r.criterion in final and r.met is Met.NO for r in proposal.results)


_HINTS = {
    "no_such_criterion": "The version of this referral has no such criterion.",
    "approval_missing": "An approval that the criteria ask for is not there yet.",
    "rejected": "An answer says that the prosecutor, who decides, said no.",
    "not_rejected": "Answer the prosecutor's criterion first.",
    "reason_needed": "The criteria do not propose this: give the reason.",
}


def _incomplete(pointer: str, code: str) -> ScreeningIncomplete:
    return ScreeningIncomplete(errors=(FieldError(pointer, code, _HINTS[code]),))
