"""Precision and recall on FEBRL's test part, beside Splink with comparisons of its own.

`python -m bench.matching.evaluate` in the environment of requirements.txt. Splink is trained on the
training part (m from labels, u from one record per person), both choose their threshold on the
validation part, and the test part is looked at once.
"""

from typing import Any

import pandas as pd
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.matching import febrl
from bench.matching.parity import WEIGHTS
from bench.matching.thresholds import Pair, pairs_of
from casework.matching.model import Model
from shared.events import MatchTier

Scored = list[tuple[float, bool]]
_BLOCKING = (
    block_on("dob"),
    block_on("surname", "given"),
    block_on("surname", "substr(dob, 1, 4)"),
    block_on("given", "substr(dob, 1, 4)"),
    block_on("substr(surname, 1, 3)", "substr(dob, 5, 4)"),
)


def settings(link_type: str) -> SettingsCreator:
    return SettingsCreator(
        link_type=link_type,
        comparisons=[
            cl.NameComparison("given"),
            cl.NameComparison("surname"),
            cl.DateOfBirthComparison("dob", input_is_string=True, datetime_format="%Y-%m-%d"),
        ],
        blocking_rules_to_generate_predictions=list(_BLOCKING),
        probability_two_random_records_match=1e-4,
    )  # fmt: skip


def frame(records: list[febrl.Record]) -> pd.DataFrame:
    rows = []
    for record in records:
        name = next(iter(record.identity.names), None)
        rows.append(
            {
                "unique_id": record.id,
                "entity": record.entity,
                "given": (name and name.given) or None,
                "surname": (name and name.joined_surname) or None,
                "dob": record.person.dob.isoformat() if record.person.dob else None,
            }
        )
    return pd.DataFrame(rows)


def trained() -> dict[str, Any]:
    """Splink's model, m and u both of FEBRL's own people."""
    records = febrl.load("train")
    alone = Linker(
        frame([r for r in records if r.original]), settings("dedupe_only"), db_api=DuckDBAPI(),
        set_up_basic_logging=False,
    )  # fmt: skip
    alone.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    together = Linker(
        frame(records), alone.misc.save_model_to_json(), db_api=DuckDBAPI(),
        set_up_basic_logging=False,
    )  # fmt: skip
    together.training.estimate_m_from_label_column("entity")
    return dict(together.misc.save_model_to_json())


def splink_scores(model: dict[str, Any], split: febrl.Split) -> Scored:
    linker = Linker(
        [frame(split.roster), frame(split.reports)], model | {"link_type": "link_only"},
        db_api=DuckDBAPI(), input_table_aliases=["roster", "reports"],
        set_up_basic_logging=False,
    )  # fmt: skip
    found = linker.inference.predict().as_pandas_dataframe()
    truth = {frozenset(pair) for pair in split.truth}
    pairs = zip(found["match_weight"], found["unique_id_l"], found["unique_id_r"], strict=True)
    return [(weight, frozenset((one, other)) in truth) for weight, one, other in pairs]


def ours(pairs: list[Pair]) -> Scored:
    return [(pair.evidence.weight, pair.true) for pair in pairs]


def best_threshold(scored: Scored, all_true: int) -> float:
    ranked, true, best, threshold = sorted(scored, reverse=True), 0, 0.0, 0.0
    for count, (weight, is_true) in enumerate(ranked, 1):
        true += is_true
        if 2 * true / (count + all_true) > best:
            best, threshold = 2 * true / (count + all_true), weight
    return threshold


def line(name: str, found: list[bool], all_true: int) -> str:
    true = sum(found)
    precision, recall = true / max(1, len(found)), true / all_true
    f1 = 2 * true / (len(found) + all_true)
    return f"| {name} | {len(found)} | {true} | {precision:.4f} | {recall:.4f} | {f1:.4f} |"


def main() -> None:
    model = Model.model_validate_json(WEIGHTS.read_text())
    validation, test = febrl.split("validation"), febrl.split("test")
    splink_model = trained()
    cut = best_threshold(splink_scores(splink_model, validation), len(validation.truth))
    pairs, total = pairs_of(test, model), len(test.truth)
    print(f"{len(test.roster)} on file, {len(test.reports)} reports, {total} true pairs, ", end="")
    print(f"{len(pairs)} pairs scored, {sum(p.true for p in pairs)} of the true ones among them")
    print("| from tier on | pairs | true | precision | recall | F1 |\n|---|---|---|---|---|---|")
    tiers = (MatchTier.EXACT, MatchTier.PROBABLE, MatchTier.POSSIBLE)
    for number, tier in enumerate(tiers, 1):
        print(line(tier, [p.true for p in pairs if p.evidence.tier in tiers[:number]], total))
    asked = [is_true for weight, is_true in ours(pairs) if weight >= model.possible_from]
    print(line(f"weight from {model.possible_from}", asked, total))
    theirs = splink_scores(splink_model, test)
    print(line(f"Splink from {cut:.1f}", [true for w, true in theirs if w >= cut], total))


if __name__ == "__main__":
    main()
