"""How sure: Fellegi-Sunter weights over the agreement of each field, then rules, then one tier.

Rules alone may alert; the score only decides which questions a reviewer is asked.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from casework.matching import model
from casework.matching.comparison import Agreement, closest_names, compare
from casework.matching.identity import Identity
from casework.matching.levels import Level
from casework.matching.model import FIELDS, Weights
from casework.matching.names import Name
from shared.events import MatchTier


@dataclass(frozen=True, slots=True)
class Part:
    """What one field says, in bits: the weight of its level, and for how rare the value is."""

    field: str
    level: Level
    weight: float
    rarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a match got its tier. Levels and weights only, never a value."""

    tier: MatchTier
    rule: str
    doubts: tuple[str, ...]
    weight: float
    prior: float
    parts: tuple[Part, ...]
    model: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def tier_of(record: Identity, person: Identity, on: date) -> MatchTier:
    """The tier of a report about `record`, which happened on that day, for a person on file."""
    return score(record, person, on).tier


def score(record: Identity, person: Identity, on: date, weights: Weights | None = None) -> Evidence:
    """Compare, weigh, decide; pure, and less than a tenth of a millisecond."""
    weights = weights or model.current()
    agreement = compare(record, person, on, weights.of)
    parts = weigh(agreement, weights)
    weight = weights.prior + sum(part.weight + part.rarity for part in parts)
    if record.identifiers & person.identifiers:
        tier, rule = _tier_by_number(agreement)
    else:
        tier, rule = _tier(agreement, weight, weights)
        if record.common & person.identifiers and not agreement.contradicts_identifier:
            tier, rule = _at_least_asked(tier, rule, "number_of_many")
    doubts = () if tier is MatchTier.EXACT else agreement.doubts
    if rule == "number_contradicted" and agreement.sex is Level.DIFFERENT:
        doubts = (*doubts, "another_sex")
    return Evidence(tier, rule, doubts, weight, weights.prior, parts, weights.version)


def closest_pair(record: Identity, person: Identity) -> tuple[Name, Name]:
    """The names that were compared: of each side the one that agrees best."""
    return closest_names(record, person, model.current().of).pair


def weigh(agreement: Agreement, weights: Weights) -> tuple[Part, ...]:
    """The fields that are known on both sides."""
    levels = [(field, getattr(agreement, field)) for field in FIELDS]
    return tuple(
        Part(field, level, weights.of(field, level), _rarity(agreement, field, weights))
        for field, level in levels
        if level is not Level.UNKNOWN
    )


def _rarity(agreement: Agreement, field: str, weights: Weights) -> float:
    same = {"surname": agreement.same_surname, "given": agreement.same_given}.get(field)
    return weights.rarity(field, same) if same else 0.0


def _tier(agreement: Agreement, weight: float, weights: Weights) -> tuple[MatchTier, str]:
    """Without a shared number (domain.md 7.6)."""
    if agreement.is_exact:
        return MatchTier.EXACT, "name_and_birth_and_more"
    tier = _tier_by_weight(agreement, weight, weights)
    if agreement.agrees_but_for_what_says_nothing:
        return _at_least_asked(tier, "score", "shares_what_says_nothing")
    return tier, "score"


def _tier_by_weight(agreement: Agreement, weight: float, weights: Weights) -> MatchTier:
    if weight < weights.possible_from:
        return MatchTier.NONE
    if weight < weights.probable_from or agreement.doubts:
        return MatchTier.POSSIBLE
    return MatchTier.PROBABLE


def _at_least_asked(tier: MatchTier, rule: str, reason: str) -> tuple[MatchTier, str]:
    """What cannot decide can still be asked about, and the reviewer is told why."""
    if tier is MatchTier.EXACT:
        return tier, rule
    return (MatchTier.POSSIBLE if tier is MatchTier.NONE else tier), reason


def _tier_by_number(agreement: Agreement) -> tuple[MatchTier, str]:
    """A shared number decides, unless something contradicts it."""
    if agreement.contradicts_identifier:
        return MatchTier.PROBABLE, "number_contradicted"
    return MatchTier.EXACT, "number"
