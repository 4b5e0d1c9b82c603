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
from casework.matching.names import Name
from casework.matching.romanizing import stored
from casework.matching.scoring import Evidence, closest_pair, score
from casework.participants.person import Person
from shared.events import IdentityReviewRaised, MatchTier, Report
from shared.ids import new_id
from shared.placeholders import is_no_birth_date


def learn(person: Person, identity: Identity) -> None:
    """Add what a report or referral says about the same person; nothing known is replaced."""
    person.names = list(dict.fromkeys([*person.names, *map(stored, identity.names)]))
    if person.dob is None or (identity.sure_dob and is_no_birth_date(person.dob)):
        person.dob = identity.dob or person.dob
    person.sex = person.sex or identity.sex


def identity_of(person: Person, numbers: frozenset[bytes] = frozenset()) -> Identity:
    """What is on file, with those numbers that are given."""
    return on_file(person.names, person.dob, person.sex, numbers)


@dataclass(frozen=True, slots=True)
class Compared:
    """Both sides of a question as they are now."""

    report: Report
    record: Identity
    person: Identity

    @property
    def evidence(self) -> Evidence:
        return score(self.record, self.person, self.report.occurred_at.date())

    @property
    def names(self) -> tuple[Name, Name]:
        """Of each side the name that agrees best with one of the other side."""
        return closest_pair(self.record, self.person)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person on file who may be the reported one; of their identifiers, those that are shared.

    `record_key` is whose description it is: while merged, another's than the file's.
    """

    participant_key: str
    site: str
    identity: Identity
    display_name: str
    case_manager: str | None = None
    enrolled_at: datetime | None = None
    record_key: str = ""
    ruled_out: bool = False
    # A reviewer said `same` to this very description, or to its name with its date of birth.
    confirmed: bool = False
    known_so: bool = False
    # More people share a key with the report than were looked at: there may be another like this.
    crowded: bool = False
    evidence: Evidence | None = None

    @property
    def tier(self) -> MatchTier:
        return self.evidence.tier if self.evidence else MatchTier.NONE


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
    for candidate in candidates:
        if candidate.ruled_out:
            continue
        who = replace(candidate, evidence=_evidence(record, candidate, on))
        if who.tier is MatchTier.NONE:
            continue
        # Merged people are one person: the record that fits better speaks for both.
        if (known := best.get(who.participant_key)) is None or _rank(who) > _rank(known):
            best[who.participant_key] = who
    return _finding(best.values())


def closest(
    record: Identity, candidates: Sequence[Candidate], key: str, on: date
) -> Candidate | None:
    """Of the records that stand for this person the one that the description fits best."""
    theirs = [who for who in candidates if who.participant_key == key]
    known = [replace(who, evidence=_evidence(record, who, on)) for who in theirs]
    return max(known, key=_rank, default=None)


def _evidence(record: Identity, who: Candidate, on: date) -> Evidence:
    """What a reviewer confirmed of a person is as good as what is on file of them."""
    known = who.identity
    if who.known_so:
        known = replace(
            known, names=(*known.names, *record.names[:1]), dob=record.dob, vague=record.vague
        )
    evidence = score(record, known, on)
    if who.confirmed:
        return replace(evidence, tier=MatchTier.EXACT, rule="confirmed", doubts=())
    return evidence


def _finding(people: Collection[Candidate]) -> Finding:
    for tier in (MatchTier.EXACT, MatchTier.PROBABLE, MatchTier.POSSIBLE):
        found = tuple(who for who in people if who.tier is tier)
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
    # Whose description was compared: while merged, another's than the file's.
    record_key: str | None = None
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

    @property
    def compared_key(self) -> str:
        return self.record_key or self.participant_key

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
