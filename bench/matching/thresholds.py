"""What the matcher finds in a split: every pair that blocking brings together, scored."""

from collections import defaultdict
from dataclasses import dataclass

from bench.matching import febrl
from casework.matching.identity import Identity, lookup_keys, search_keys
from casework.matching.model import Model, Weights
from casework.matching.scoring import Evidence, score

# A probable match is asked about at once: nearly all of them must be right.
PROBABLE_PRECISION = 0.99


@dataclass(frozen=True)
class Pair:
    """A report, a person on file, what the matcher says, and whether it is true."""

    report: str
    person: str
    evidence: Evidence
    true: bool


def pairs_of(split: febrl.Split, model: Model) -> list[Pair]:
    """As online: keys first, then scores."""
    weights, truth = Weights(model), split.truth
    roster = {record.id: record.identity for record in split.roster}
    by_key: dict[str, list[str]] = defaultdict(list)
    for name, identity in roster.items():
        for key in search_keys(identity):
            by_key[key].append(name)
    found = []
    for report in split.reports:
        identity = report.identity
        for name in candidates(identity, by_key):
            evidence = score(identity, roster[name], febrl.ON, weights)
            found.append(Pair(report.id, name, evidence, (report.id, name) in truth))
    return found


def candidates(identity: Identity, by_key: dict[str, list[str]]) -> set[str]:
    return {name for key in lookup_keys(identity) for name in by_key.get(key, ())}


def lowest_with(pairs: list[Pair], precision: float) -> float:
    """The lowest weight from which on this share of all pairs above it is true."""
    ranked = sorted(pairs, key=lambda p: -p.evidence.weight)
    true, lowest = 0, ranked[0].evidence.weight
    for count, pair in enumerate(ranked, 1):
        true += pair.true
        if true / count >= precision:
            lowest = pair.evidence.weight
    return round(lowest, 1)


def best_f1(pairs: list[Pair], all_true: int) -> float:
    """The weight from which on precision and recall are best together."""
    ranked = sorted(pairs, key=lambda p: -p.evidence.weight)
    best, lowest, true = 0.0, 0.0, 0
    for count, pair in enumerate(ranked, 1):
        true += pair.true
        f1 = 2 * true / (count + all_true)
        if f1 > best:
            best, lowest = f1, pair.evidence.weight
    return round(lowest - 0.05, 1)


def choose(draft: Model) -> dict[str, float]:
    """Both thresholds, on the validation part only."""
    split = febrl.split("validation")
    pairs = pairs_of(split, draft)
    possible = best_f1(pairs, len(split.truth))
    probable = max(possible, lowest_with(pairs, PROBABLE_PRECISION))
    return {"possible_from": possible, "probable_from": probable}
