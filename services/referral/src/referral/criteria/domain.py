"""Criteria as data, and what they say of one referral. They propose; a person decides (R-34, R-35).

Records that this system must not hold (R-21) are not asked of a machine: such a criterion is a
question, and its answer is a person's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from referral.criteria.facts import Door, Facts
from referral.criteria.kinds import Approval, Kind, Met
from shared.reports import Slug, Words

VersionName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")]


class Outcome(StrEnum):
    """What screening can come to."""

    ELIGIBLE = "eligible"
    PRESUMPTIVELY_INELIGIBLE = "presumptively_ineligible"
    NEEDS_AGENCY_APPROVAL = "needs_agency_approval"
    WAITLISTED = "waitlisted"
    DECLINED_BY_PERSON = "declined_by_person"
    DECLINED_BY_OFFICER = "declined_by_officer"
    REJECTED_BY_PROSECUTOR = "rejected_by_prosecutor"


class Evidence(StrEnum):
    """Where an answer comes from."""

    RECORDS = "records"
    DIRECT_OBSERVATION = "direct_observation"
    RELIABLE_INFORMATION = "reliable_information"
    THE_PERSON = "the_person"


class Finding(BaseModel):
    """A person's answer to one criterion."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    met: bool
    evidence: Evidence
    note: Words | None = None


class Criterion(BaseModel):
    """One line of a site's criteria: what must be so, where that is written, and what if not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Slug
    text: Words
    source: Words
    doors: tuple[Door, ...] = ()
    otherwise: Outcome = Outcome.PRESUMPTIVELY_INELIGIBLE
    test: Kind

    def concerns(self, door: Door) -> bool:
        return not self.doors or door in self.doors


class Result(BaseModel):
    """What one criterion says of one referral."""

    criterion: str
    text: str
    source: str
    met: Met
    reason: str
    answered_by: str
    evidence: Evidence | None = None
    note: str | None = None


class CriteriaContent(BaseModel):
    """A version's content. `doors` are open at the site; a waiting list is for some of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Words
    doors: Annotated[tuple[Door, ...], Field(min_length=1)]
    handoff_minutes: Annotated[int, Field(ge=5, le=240)] = 30
    outreach_business_days: Annotated[int, Field(ge=1, le=30)] = 2
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=100)]

    @field_validator("criteria")
    @classmethod
    def _each_once(cls, value: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
        if len({criterion.code for criterion in value}) < len(value):
            raise PydanticCustomError("code_twice", "Give each criterion a code of its own.")
        return value


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the criteria say: no outcome as long as a question is open."""

    outcome: Outcome | None
    results: tuple[Result, ...]
    approvals_missing: bool


Findings = Mapping[str, Finding]
# The gravest of what is not met decides.
_GRAVEST = (
    Outcome.REJECTED_BY_PROSECUTOR,
    Outcome.PRESUMPTIVELY_INELIGIBLE,
    Outcome.NEEDS_AGENCY_APPROVAL,
    Outcome.WAITLISTED,
)


def propose(content: CriteriaContent, facts: Facts, findings: Findings) -> Proposal:
    """Hold one referral against the criteria. A person's finding stands before a rule's."""
    asked = [c for c in content.criteria if c.concerns(facts.door)]
    results = tuple(_result(c, facts, findings.get(c.code)) for c in asked)
    pairs = list(zip(asked, results, strict=True))
    against = {c.otherwise for c, r in pairs if r.met is Met.NO}
    waiting = [c for c, r in pairs if isinstance(c.test, Approval) and r.met is Met.UNKNOWN]
    unanswered = [c for c, r in pairs if r.met is Met.UNKNOWN and c not in waiting]
    if waiting and not unanswered:
        against.add(Outcome.NEEDS_AGENCY_APPROVAL)
    gravest = next((outcome for outcome in _GRAVEST if outcome in against), None)
    if gravest is None and not unanswered:
        gravest = Outcome.ELIGIBLE
    return Proposal(gravest, results, bool(waiting))


def _result(criterion: Criterion, facts: Facts, finding: Finding | None) -> Result:
    named = {name: getattr(criterion, name) for name in ("text", "source")}
    if finding is None:
        met, reason = criterion.test.check(facts)
        return Result(criterion=criterion.code, met=met, reason=reason, answered_by="rule", **named)
    return Result(
        criterion=criterion.code,
        met=Met.YES if finding.met else Met.NO,
        reason="As a person found.",
        answered_by="person",
        evidence=finding.evidence,
        note=finding.note,
        **named,
    )
