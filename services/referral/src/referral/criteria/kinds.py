"""The kinds of criteria. Each answers yes, no or "not known", with a reason that quotes nothing."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from referral.criteria.facts import Basis, Facts, Unit
from shared.events.parts import ChargePart
from shared.reports import Label, Words


class Met(StrEnum):
    """Whether a criterion is met."""

    YES = "met"
    NO = "unmet"
    UNKNOWN = "unknown"


class _Kind(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def check(self, facts: Facts) -> tuple[Met, str]:
        """Whether the facts meet it, and why. A question has no answer of its own."""
        return Met.UNKNOWN, "A person has to answer this."


class AgeAtLeast(_Kind):
    """Of that age on the day of the incident."""

    kind: Literal["age_at_least"]
    years: Annotated[int, Field(ge=18, le=130)]

    def check(self, facts: Facts) -> tuple[Met, str]:
        if facts.age is None:
            return Met.UNKNOWN, "No date of birth was given."
        if facts.age < self.years:
            return Met.NO, "Younger on the day of the incident."
        return Met.YES, "Old enough on the day of the incident."


class ChargesAmong(_Kind):
    """Every charge is on the site's list: by the beginning of its statute, or its NIBRS code."""

    kind: Literal["charges_among"]
    statutes: Annotated[tuple[Label, ...], Field(max_length=100)] = ()
    nibrs: Annotated[tuple[str, ...], Field(max_length=100)] = ()

    def check(self, facts: Facts) -> tuple[Met, str]:
        found = [self._lists(charge) for charge in facts.charges]
        if Met.NO in found:
            return Met.NO, "A charge is not on the site's list."
        if Met.UNKNOWN in found or not found:
            return Met.UNKNOWN, "A charge has neither statute nor NIBRS code."
        return Met.YES, "Every charge is on the site's list."

    def _lists(self, charge: ChargePart) -> Met:
        if charge.statute is None and charge.nibrs is None:
            return Met.UNKNOWN
        by_statute = charge.statute and any(_begins(charge.statute, s) for s in self.statutes)
        return Met.YES if by_statute or charge.nibrs in self.nibrs else Met.NO


class AmountAtMost(_Kind):
    """No more of a drug than this."""

    kind: Literal["amount_at_most"]
    limit: Annotated[float, Field(gt=0, le=100_000)]
    unit: Unit

    def check(self, facts: Facts) -> tuple[Met, str]:
        if facts.amount is None:
            if any(charge.nibrs is None or charge.nibrs[:2] == "35" for charge in facts.charges):
                return Met.UNKNOWN, "No amount was stated, and drugs may be part of this."
            return Met.YES, "No drug is part of this."
        if facts.unit is not self.unit:
            return Met.UNKNOWN, "The amount is counted in another unit."
        if facts.amount > self.limit:
            return Met.NO, "More than the site's limit."
        return Met.YES, "Within the site's limit."


class InvolvedWithin(_Kind):
    """Involved before, known on one of these grounds, within so many months."""

    kind: Literal["involved_within"]
    months: Annotated[int, Field(ge=1, le=600)]
    bases: Annotated[tuple[Basis, ...], Field(min_length=1)]

    def check(self, facts: Facts) -> tuple[Met, str]:
        if facts.basis is None or facts.involved_on is None:
            return Met.UNKNOWN, "Earlier involvement was not stated."
        if facts.basis not in self.bases:
            return Met.NO, "Not verified in a way that counts here."
        if _months_between(facts.involved_on, facts.on) > self.months:
            return Met.NO, "Longer ago than the site looks back."
        return Met.YES, "Within the time that the site looks back."


class Asked(_Kind):
    """A question that a person answers, from records that stay where they are (R-21)."""

    kind: Literal["asked"]


class Approval(_Kind):
    """Somebody else's agreement, which no reason of the desk's can replace."""

    kind: Literal["approval"]
    by: Words

    def check(self, facts: Facts) -> tuple[Met, str]:
        return Met.UNKNOWN, "Their answer is not here yet."


Kind = Annotated[
    AgeAtLeast | ChargesAmong | AmountAtMost | InvolvedWithin | Asked | Approval,
    Field(discriminator="kind"),
]


def _begins(statute: str, listed: str) -> bool:
    """RCW 69.50.4013 is within RCW 69.50.; HS 113501 is not HS 11350."""
    whole, start = _plain(statute), _plain(listed)
    rest = whole.removeprefix(start)
    return whole.startswith(start) and (start.endswith(".") or not rest[:1].isdigit())


def _plain(statute: str) -> str:
    return re.sub(r"[^A-Z0-9.]", "", statute.upper())


def _months_between(earlier: date, later: date) -> int:
    """Begun months, so that a day past the limit is past it."""
    whole = (later.year - earlier.year) * 12 + later.month - earlier.month
    return whole + (1 if later.day > earlier.day else 0)
