"""Made-up people with the names of the United States: drawn from the frozen term frequencies."""

import random
from bisect import bisect
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate

from shared.events import PersonPart

# Participants are adults, most of them between 25 and 50.
_YOUNGEST, _OLDEST, _USUAL = 18, 80, 34
# How many bear a double surname.
_DOUBLE = 0.06
_TODAY = date(2026, 1, 1)


class Urn:
    """Draws values as often as they occur."""

    def __init__(self, frequencies: dict[str, float]) -> None:
        self._values = list(frequencies)
        self._sums = list(accumulate(frequencies.values()))

    def draw(self, chance: random.Random) -> str:
        return self._values[bisect(self._sums, chance.random() * self._sums[-1])]


def people(frequencies: dict[str, dict[str, float]], count: int, seed: int) -> Iterator[PersonPart]:
    """The same people for the same seed."""
    chance = random.Random(seed)
    given, surname = Urn(frequencies["given"]), Urn(frequencies["surname"])
    for _ in range(count):
        age = chance.triangular(_YOUNGEST, _OLDEST, _USUAL)
        yield PersonPart(
            given=given.draw(chance),
            middle=given.draw(chance) if chance.random() < 0.4 else None,
            surname=" ".join(surname.draw(chance) for _ in range(1 + (chance.random() < _DOUBLE))),
            dob=_TODAY - timedelta(days=age * 365.25),
            sex=chance.choice("MF"),
        )
