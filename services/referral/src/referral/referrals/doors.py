"""The doors' own rules: what a referral through each must say, and what it has no business saying.

Three doors to one room (domain.md 1.2): an arrest diverted, a social contact without an arrest, and
the community without police. The prosecutor's and the person's own are variants of these.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

from referral.criteria.facts import Door
from shared.errors import FieldError


@dataclass(frozen=True, slots=True)
class Rules:
    """Pointers of fields that must be there, and of fields that must not; what to call the door."""

    called: str
    needs: tuple[str, ...]
    refuses: tuple[str, ...] = ()


_CALLBACK = "/referrer/callback"
# Without an arrest there is nothing that a charge, an amount or a complainant could belong to.
_OF_AN_ARREST = ("/charges", "/drug", "/complainant_agrees")
_OF_POLICE = ("/referrer/agency_ori", "/referrer/badge")

RULES = {
    Door.ARREST_DIVERSION: Rules(
        "an arrest diversion",
        needs=("/referrer/agency_ori", _CALLBACK, "/charges", "/person_response"),
        refuses=("/referrer/relationship",),
    ),
    Door.SOCIAL_CONTACT: Rules(
        "a social contact referral",
        needs=("/referrer/name", _CALLBACK),
        refuses=_OF_AN_ARREST,
    ),
    Door.COMMUNITY: Rules(
        "a community referral",
        needs=("/referrer/name", _CALLBACK, "/referrer/relationship", "/consent_to_contact"),
        refuses=_OF_AN_ARREST + _OF_POLICE,
    ),
    Door.PROSECUTOR: Rules(
        "a prosecutor's referral",
        needs=("/referrer/agency_ori", "/referrer/name", "/charges"),
        refuses=("/referrer/badge", "/referrer/relationship"),
    ),
    Door.SELF: Rules(
        "a person's own referral",
        needs=("/reach",),
        refuses=_OF_AN_ARREST + _OF_POLICE + ("/referrer/relationship",),
    ),
}


def faults_at(door: Door, referral: Any) -> Iterator[FieldError]:
    """What is wrong with this referral for its door."""
    rules = RULES[door]
    for pointer in rules.needs:
        if _absent(referral, pointer):
            yield FieldError(pointer, "needed_at_this_door", f"Needed for {rules.called}.")
    for pointer in rules.refuses:
        if not _absent(referral, pointer):
            yield FieldError(pointer, "not_at_this_door", f"Leave it out of {rules.called}.")
    if referral.person_response == "declined":
        hint = "The offer is voluntary: somebody who said no is not referred, and nothing is kept."
        yield FieldError("/person_response", "person_declined", hint)


def _absent(referral: Any, pointer: str) -> bool:
    value = reduce(getattr, pointer.strip("/").split("/"), referral)
    return value is None or value == ()
