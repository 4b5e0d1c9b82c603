"""How sure: Fellegi-Sunter weights over the agreement of each field, then rules, then one tier.

Rules alone may alert; the score only decides which questions a reviewer is asked.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from casework.matching import model
from casework.matching.comparison import Agreement, Level, compare
from casework.matching.identity import Identity
from casework.matching.model import FIELDS, Weights
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
    shared = bool(record.identifiers & person.identifiers)
    tier, rule = _tier_by_number(agreement) if shared else _tier(agreement, weight, weights)
    doubts = () if tier is MatchTier.EXACT else agreement.doubts
    return Evidence(tier, rule, doubts, weight, weights.prior, parts, weights.version)


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
    if weight < weights.possible_from:
        return MatchTier.NONE, "score"
    if weight < weights.probable_from or agreement.doubts:
        return MatchTier.POSSIBLE, "score"
    return MatchTier.PROBABLE, "score"


def _tier_by_number(agreement: Agreement) -> tuple[MatchTier, str]:
    """A shared number decides, unless something contradicts it."""
    if agreement.contradicts_identifier:
        return MatchTier.PROBABLE, "number_contradicted"
    return MatchTier.EXACT, "number"
