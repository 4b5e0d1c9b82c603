"""The weights: one data file per version, estimated offline (`bench/matching`), frozen here."""

import json
from functools import cache
from importlib.resources import files
from math import log2

from pydantic import BaseModel, ConfigDict, model_validator

from casework.matching.levels import Level

FILE = "weights.json"
FIELDS: dict[str, tuple[Level, ...]] = {
    "surname": (Level.EQUAL, Level.ALIKE, Level.SIMILAR, Level.LOOSE, Level.DIFFERENT),
    "given": (Level.EQUAL, Level.ALIKE, Level.SIMILAR, Level.LOOSE, Level.DIFFERENT),
    "order": (Level.EQUAL, Level.SWAPPED),
    "middle": (Level.EQUAL, Level.ALIKE, Level.SIMILAR, Level.LOOSE, Level.DIFFERENT),
    "suffix": (Level.EQUAL, Level.DIFFERENT),
    "dob": (Level.EQUAL, Level.TYPO, Level.YEAR, Level.DIFFERENT),
    "age": (Level.EQUAL, Level.DIFFERENT),
    "sex": (Level.EQUAL, Level.DIFFERENT),
}


class Chances(BaseModel):
    """How often a level is seen: `m` when two records are one person, `u` when they are two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    m: float
    u: float

    @model_validator(mode="after")
    def _possible(self) -> "Chances":
        if not (0 < self.m <= 1 and 0 < self.u <= 1):
            raise ValueError("m and u are probabilities, and neither is nought")
        return self

    @property
    def weight(self) -> float:
        """In bits: positive supports, negative contradicts."""
        return log2(self.m / self.u)


class Model(BaseModel):
    """One version of the weights, complete or refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    provenance: dict[str, str]
    prior: float
    probable_from: float
    possible_from: float
    fields: dict[str, dict[Level, Chances]]
    rarest: float
    frequencies: dict[str, dict[str, float]]

    @model_validator(mode="after")
    def _complete(self) -> "Model":
        if {name: set(levels) for name, levels in self.fields.items()} != {
            name: set(levels) for name, levels in FIELDS.items()
        }:
            raise ValueError("every field needs m and u for exactly its levels")
        for levels in self.fields.values():
            if any(abs(sum(getattr(c, p) for c in levels.values()) - 1) > 1e-3 for p in "mu"):
                raise ValueError("the chances of a field's levels add up to one")
        if self.possible_from > self.probable_from:
            raise ValueError("probable begins above possible")
        return self


class Weights:
    """A model made ready for scoring: bits instead of chances."""

    def __init__(self, model: Model) -> None:
        self.version, self.prior = model.version, log2(model.prior / (1 - model.prior))
        self.probable_from, self.possible_from = model.probable_from, model.possible_from
        self._bits = {
            (field, level): chances.weight
            for field, levels in model.fields.items()
            for level, chances in levels.items()
        }
        self._usual = {f: log2(model.fields[f][Level.EQUAL].u) for f in model.frequencies}
        self._rarest, self._frequencies = model.rarest, model.frequencies

    def of(self, field: str, level: Level) -> float:
        """What is unknown weighs nothing."""
        return self._bits.get((field, level), 0.0)

    def rarity(self, field: str, value: str) -> float:
        """Two Smiths say less than two of a rare name: what to add to the weight of `equal`."""
        frequency = self._frequencies[field].get(value, self._rarest)
        return self._usual[field] - log2(max(frequency, self._rarest))


@cache
def current() -> Weights:
    """The version that this release scores with; the same pair scores the same until the next."""
    text = (files("casework.matching") / FILE).read_text()
    return Weights(Model.model_validate(json.loads(text)))
