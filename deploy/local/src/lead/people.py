"""Made-up people of the simulated city: nobody twice, and nobody real."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

# Given names with what a booking officer may write instead.
GIVEN = (("Samuel", "Sam"), ("Robert", "Bob"), ("Katherine", "Kate"), ("Michael", "Mike"),
         ("Elizabeth", "Liz"), ("Joseph", "Joe"), ("Margaret", "Peg"))  # fmt: skip
SYLLABLES = ("bra", "cor", "dal", "fen", "gar", "hol", "jas", "kel", "lom", "mar", "nor", "pel",
             "quin", "ros", "sel", "tor", "ul", "ver", "wil", "yar", "zel")  # fmt: skip
ENDINGS = ("berg", "den", "ford", "ham", "land", "low", "man", "ridge", "son", "wick")


@dataclass(frozen=True)
class MadeUpPerson:
    """Somebody under the name that police know, and the shorter one that the jail wrote down."""

    given: str
    short: str
    surname: str
    dob: date
    local_id: str

    @property
    def as_police_say(self) -> dict[str, Any]:
        return {
            "given": self.given,
            "surname": self.surname,
            "dob": self.dob.isoformat(),
            "sex": "M",
            "identifiers": [{"system": "spd-local", "value": self.local_id}],
        }

    @property
    def as_jail_says(self) -> dict[str, Any]:
        """A nickname and a letter dropped from the surname; the same local number."""
        misspelled = self.surname[:-2] + self.surname[-1]
        return self.as_police_say | {"given": self.short, "surname": misspelled}

    @property
    def as_prosecutor_says(self) -> dict[str, Any]:
        """Prosecutors do not know the police's number."""
        return self.as_police_say | {"identifiers": []}


def make_up_person() -> MadeUpPerson:
    given, short = random.choice(GIVEN)
    surname = "".join(random.choices(SYLLABLES, k=3)).capitalize() + random.choice(ENDINGS)
    dob = date(1960, 1, 1) + timedelta(days=random.randrange(40 * 365))
    return MadeUpPerson(given, short, surname, dob, f"7{uuid4().int % 10**9:09}")
