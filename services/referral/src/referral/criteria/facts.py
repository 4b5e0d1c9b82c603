"""What criteria are held against: the part of a referral that a rule may look at, and answers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.events.parts import ChargePart


class Door(StrEnum):
    """The doors to the program (domain.md 1.2)."""

    ARREST_DIVERSION = "arrest_diversion"
    SOCIAL_CONTACT = "social_contact"
    COMMUNITY = "community"
    PROSECUTOR = "prosecutor"
    SELF = "self"


class Basis(StrEnum):
    """How somebody's earlier involvement is known (Cal. Penal Code 1001.87)."""

    RECORDS = "records"
    DIRECT_OBSERVATION = "direct_observation"
    RELIABLE_INFORMATION = "reliable_information"


class Unit(StrEnum):
    """How an amount is counted."""

    GRAMS = "grams"
    DOSAGE_UNITS = "dosage_units"


@dataclass(frozen=True, slots=True)
class Facts:
    """One referral, as far as rules may look."""

    door: Door
    on: date
    age: int | None = None
    charges: tuple[ChargePart, ...] = ()
    amount: float | None = None
    unit: Unit | None = None
    involved_on: date | None = None
    basis: Basis | None = None
