"""People on file, what a report turned out to be, and the reviews that humans decide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from casework.matching.errors import ReviewNotOpen
from casework.matching.identity import Identity, on_file
from casework.matching.romanizing import stored
from casework.matching.scoring import Evidence, score
from casework.participants.person import Person
from shared.events import IdentityReviewRaised, MatchTier
from shared.ids import new_id
from shared.placeholders import is_no_birth_date


def learn(person: Person, identity: Identity) -> None:
    """Add what a report or referral says about the same person; nothing known is replaced."""
    person.names = list(dict.fromkeys([*person.names, *map(stored, identity.names)]))
    if person.dob is None or (identity.sure_dob and is_no_birth_date(person.dob)):
        person.dob = identity.dob or person.dob
    person.sex = person.sex or identity.sex


def identity_of(person: Person) -> Identity:
    """What is on file, without identifiers."""
    return on_file(person.names, person.dob, person.sex, frozenset())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person on file who may be the reported one; of their identifiers, those that are shared."""

    participant_key: str
    site: str
    identity: Identity
    display_name: str
    case_manager: str | None = None
    enrolled_at: datetime | None = None
    ruled_out: bool = False
    # More people share a key with the report than were looked at: there may be another like this.
    crowded: bool = False
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a report turned out to be: about one person, to be reviewed, or about nobody."""

    tier: MatchTier
    candidates: tuple[Candidate, ...] = ()
    confirmed: bool = False

    @property
    def match(self) -> Candidate | None:
        """Two participants who match one record exactly are always reviewed (domain.md 7.6)."""
        sure = self.tier is MatchTier.EXACT
        alone = len(self.candidates) == 1 and not self._may_have_a_namesake
        return self.candidates[0] if self.confirmed or (sure and alone) else None

    @property
    def _may_have_a_namesake(self) -> bool:
        """Not everybody was looked at, and no number says who it is."""
        return any(who.crowded and not who.identity.identifiers for who in self.candidates)

    @property
    def outcome(self) -> str:
        if self.match:
            return "matched"
        return "to_review" if self.candidates else "unmatched"


def decide(record: Identity, candidates: Sequence[Candidate], on: date) -> Finding:
    """The best tier and all who reach it; whom a reviewer ruled out is never asked about again."""
    best: dict[str, Candidate] = {}
    ruled_out = {who.participant_key for who in candidates if who.ruled_out}
    for candidate in candidates:
        if candidate.participant_key in ruled_out:
            continue
        evidence = score(record, candidate.identity, on)
        if evidence.tier is MatchTier.NONE:
            continue
        who = replace(candidate, evidence=evidence)
        # Merged people are one person: the record that fits better speaks for both.
        if (known := best.get(who.participant_key)) is None or _rank(who) > _rank(known):
            best[who.participant_key] = who
    return _finding(best.values())


def _finding(people: Collection[Candidate]) -> Finding:
    for tier in (MatchTier.EXACT, MatchTier.PROBABLE, MatchTier.POSSIBLE):
        found = tuple(who for who in people if who.evidence and who.evidence.tier is tier)
        if found:
            return Finding(tier, found)
    return Finding(MatchTier.NONE)


_TIERS = (MatchTier.NONE, MatchTier.POSSIBLE, MatchTier.PROBABLE, MatchTier.EXACT)


def _rank(who: Candidate) -> tuple[int, float]:
    evidence = who.evidence
    return (_TIERS.index(evidence.tier), evidence.weight) if evidence else (-1, 0.0)


class Verdict(StrEnum):
    """What an identity reviewer may say."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


DISOWNED = "disowned"


class IdentityReview(SQLModel, table=True):
    """One question: is this report about this person? `unsure` leaves it open for somebody else."""

    __tablename__ = "identity_review"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    receipt: UUID
    participant_key: str
    tier: str
    identity_digest: bytes | None
    evidence: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    reason: str = "match"
    state: str = "open"
    raised_at: datetime = Field(sa_type=DateTime(timezone=True))
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    unsure_by: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def raised(self) -> IdentityReviewRaised:
        return IdentityReviewRaised(
            site=self.site,
            subject=str(self.id),
            occurred_at=self.raised_at,
            review_id=self.id,
            tier=MatchTier(self.tier),
            due_at=self.due_at,
        )

    def decide(self, verdict: Verdict, by: str, at: datetime) -> None:
        if self.state != "open":
            raise ReviewNotOpen
        if verdict is Verdict.UNSURE:
            self.unsure_by = by
            return
        self.state, self.decided_by, self.decided_at = verdict, by, at

    def reopen(self, reason: str, at: datetime, due_at: datetime) -> None:
        """Somebody who knows the person doubts it: the question is asked again, and first."""
        self.reason, self.state, self.raised_at, self.due_at = reason, "open", at, due_at
        self.decided_by = self.decided_at = self.unsure_by = None

    def close(self, at: datetime) -> None:
        """The report was matched to somebody, so nothing is left to ask."""
        if self.state == "open":
            self.state, self.decided_at = "closed", at


class PersonMerge(SQLModel, table=True):
    """Two files about one person; taken back, it stays as what was believed meanwhile."""

    __tablename__ = "person_merge"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    merged: str
    into_key: str
    reason: str
    merged_by: str
    merged_at: datetime = Field(sa_type=DateTime(timezone=True))
    unmerged_by: str | None = None
    unmerged_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
