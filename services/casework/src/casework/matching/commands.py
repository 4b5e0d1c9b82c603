"""What casework can be asked to do about people and reports."""

from dataclasses import dataclass
from uuid import UUID

from casework.matching.domain import Verdict
from shared.batches import Batch
from shared.events import AlertRaised, ParticipantReferred, Report


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Open the file of a referred person, or attach the referral to the file they already have."""

    referral: ParticipantReferred


@dataclass(frozen=True, slots=True)
class MatchReports:
    """Find out whom reports are about."""

    reports: Batch[Report]


@dataclass(frozen=True, slots=True)
class MarkAlerted:
    """Note that the alerts about matched reports were raised."""

    alerts: Batch[AlertRaised]


@dataclass(frozen=True, slots=True)
class DecideReview:
    """Say whether a report is about this person."""

    review_id: UUID
    verdict: Verdict
    by: str
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class MergePeople:
    """Say that two files are about one person."""

    merged: str
    into: str
    reason: str
    by: str
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class UnmergePerson:
    """Say that they are two after all."""

    participant_key: str
    by: str
    sites: frozenset[str]


@dataclass(frozen=True, slots=True)
class ExcludePerson:
    """Match no reports to a person, or again."""

    participant_key: str
    reason: str
    excluded: bool
    by: str
    sites: frozenset[str]
