"""Scores pairs with Splink itself and stores them: our online score must say the same.

`python -m bench.matching.parity` writes tests/data/splink_scores.json, which a unit test reads.
"""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from bench.matching import febrl
from bench.matching.model_in_splink import CONDITIONS, comparison, row
from bench.matching.thresholds import pairs_of
from casework.matching.identity import Identity, described
from casework.matching.levels import Level
from casework.matching.model import FIELDS, FILE, Model
from casework.matching.scoring import score
from shared.events import PersonPart

OUT = Path("tests/data/splink_scores.json")
WEIGHTS = Path("services/casework/src/casework/matching") / FILE
PER_PATTERN = 3
_SAM = {"given": "Samuel", "middle": "James", "surname": "Smith", "suffix": "Jr",
        "dob": "1980-01-02", "sex": "M"}  # fmt: skip
# What FEBRL has none of.
_BY_HAND: tuple[dict[str, Any], ...] = (
    {}, {"middle": "J"}, {"middle": "Jamse"}, {"middle": "Janes"}, {"middle": "Bob"},
    {"middle": None}, {"suffix": "Sr"}, {"suffix": None}, {"sex": "F"}, {"sex": None},
    {"given": "Sam"}, {"given": "S"}, {"given": "Sam", "middle": "uel"}, {"given": "Bo"},
    {"surname": "Smith Lopez"}, {"surname": "Smyth"}, {"surname": "Smithson"}, {"surname": "Ng"},
    {"given": "Smith", "surname": "Samuel"}, {"dob": "1980-02-01"}, {"dob": "1980-01-20"},
    {"dob": "1980-01-12"}, {"dob": "1980-07-09"}, {"dob": "1951-07-09"}, {"dob": None},
    {"given": None}, {"surname": None}, {"given": "Zaphodius", "surname": "Beeblebroxen"},
)  # fmt: skip


def pairs(model: Model) -> list[tuple[PersonPart, PersonPart]]:
    """By hand, and of FEBRL's validation part a few of every pattern of levels."""
    sam = PersonPart.model_validate(_SAM)
    found = [(PersonPart.model_validate(_SAM | changes), sam) for changes in _BY_HAND]
    found += [(one, one) for one, _ in found if one.given == "Zaphodius"]
    split, seen = febrl.split("validation"), dict[tuple[Any, ...], int]()
    on_file = {r.id: r.person for r in split.roster}
    reported = {r.id: r.person for r in split.reports}
    for pair in pairs_of(split, model):
        pattern = tuple((part.field, part.level) for part in pair.evidence.parts)
        seen[pattern] = seen.get(pattern, 0) + 1
        if seen[pattern] <= PER_PATTERN:
            found.append((reported[pair.report], on_file[pair.person]))
    return found


def identity_of(person: PersonPart) -> Identity:
    return described(person, febrl.SITE, febrl.no_digest)


def rows(number: int, report: PersonPart, person: PersonPart) -> list[dict[str, Any]]:
    """Two rows that Splink blocks together; ours in the order of names that we decided for."""
    one, other = identity_of(report), identity_of(person)
    order = {p.field: p.level for p in score(one, other, febrl.ON).parts}.get("order")
    swapped = order is Level.SWAPPED
    if swapped:
        one = Identity((one.names[0].swapped,), one.dob, None, one.sex)
    known = order is not None
    return [
        row(f"{number}-a", one, pair=number, order=("b" if swapped else "a") if known else None),
        row(f"{number}-b", other, pair=number, order="a" if known else None),
    ]


def splink_scores(model: Model, table: list[dict[str, Any]]) -> dict[int, float]:
    fields = [field for field in FIELDS if field in CONDITIONS]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[comparison(field, model.fields[field]) for field in fields],
        blocking_rules_to_generate_predictions=[block_on("pair")],
        probability_two_random_records_match=model.prior,
        retain_intermediate_calculation_columns=False,
    )
    frame = pd.DataFrame(table)
    linker = Linker(frame, settings, db_api=DuckDBAPI(), set_up_basic_logging=False)
    for field, frequencies in model.frequencies.items():
        values = {str(v) for v in frame[field].dropna()}
        lookup = [{field: v, f"tf_{field}": frequencies.get(v, model.rarest)} for v in values]
        linker.table_management.register_term_frequency_lookup(pd.DataFrame(lookup), field)
    found = linker.inference.predict().as_pandas_dataframe()
    return {
        int(name.split("-")[0]): weight
        for name, weight in zip(found["unique_id_l"], found["match_weight"], strict=True)
    }


def main() -> None:
    model = Model.model_validate_json(WEIGHTS.read_text())
    chosen = pairs(model)
    table = [line for n, pair in enumerate(chosen) for line in rows(n, *pair)]
    weights = splink_scores(model, table)
    scored = [
        {
            "report": report.model_dump(mode="json", exclude_defaults=True),
            "person": person.model_dump(mode="json", exclude_defaults=True),
            "weight": weights[number],
        }
        for number, (report, person) in enumerate(chosen)
    ]
    made = {"model": model.version, "splink": version("splink"), "duckdb": version("duckdb")}
    lines = ",\n".join(json.dumps(one) for one in scored)
    OUT.write_text(f'{{"made_with": {json.dumps(made)},\n"pairs": [\n{lines}\n]}}\n')
    print(f"{OUT}: {len(scored)} pairs")


if __name__ == "__main__":
    main()
