"""An erasure and its receipts; what was told and who looked, in plain words."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlmodel import Field, SQLModel

from shared.events import ParticipantErased
from shared.ids import new_id
from shared.page_time import printed

# Each destroys what it holds under each key, and answers.
SERVICES = ("referral", "prosecution-hook", "notifier")


class ErasureReason(StrEnum):
    """Why somebody is to be forgotten."""

    PARTICIPANT_ASKED = "participant_asked"
    EXPUNGED = "expunged"
    COURT_ORDER = "court_order"
    RETENTION_ENDED = "retention_ended"


class Erasure(SQLModel, table=True):
    """Who was forgotten, by nothing but keys. Later referrals have keys of their own."""

    __tablename__ = "erasure"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(unique=True)
    site: str
    keys: list[str] = Field(sa_type=ARRAY(Text))
    # Every file of the person: merged ones, and those from before they came back.
    files: list[str] = Field(default=[], sa_type=ARRAY(Text))
    # Files that may be the same person's, and were not linked: somebody has to look.
    maybe: list[str] = Field(default=[], sa_type=ARRAY(Text))
    reason: str
    requested_by: str
    requested_at: datetime = Field(sa_type=DateTime(timezone=True))
    records: int

    def told(self) -> list[ParticipantErased]:
        """One for each key that another service may know the person by."""
        return [
            ParticipantErased(
                site=self.site, subject=key, occurred_at=self.requested_at, erasure_id=self.id
            )
            for key in self.keys
        ]

    def missing(self, receipts: Sequence[Mapping[str, Any]]) -> list[str]:
        """The services that have not answered for every key yet."""
        answered = {(receipt["service"], receipt["subject"]) for receipt in receipts}
        return [name for name in SERVICES if not all((name, key) in answered for key in self.keys)]


# What an erasure leaves, and why (ADR 0020): told with every answer.
REMAINS = (
    ("the keys of the files and of referrals, and that they were erased",
     "so that every service can answer for them, and no key is given to somebody else"),
    ("which facts were disclosed, to whom, when, for what, or stopped",
     "the person, or whoever acts for them, may still ask for this accounting (42 CFR 2.25)"),
    ("releases without signature, witness and copy: to whom, for what, from when to when",
     "they are the ground of what was disclosed"),
    ("who saw or changed the file, by key",
     "the audit trail is a chain: a record taken out would break the proof for all others"),
    ("one row for each report that was matched, without source, record number and reasons",
     "for counting; nothing in it leads to a person"),
    ("copies in backups, until these expire",
     "a backup is kept as a whole; when one is restored, the erasure is done again"),
    ("what others were told, and records of agencies, prosecutors and courts",
     "they are not the program's; whoever was told is in the accounting"),
)  # fmt: skip

_SEEN = (
    ("/plan", "your plan"),
    ("/encounters", "the notes of meetings with you"),
    ("/consents", "your releases"),
    ("/linkages", "the services you were referred to"),
    ("/intake", "your intake"),
    ("/status", "your status"),
    ("/assignment", "who works with you"),
    ("/transfer", "who works with you"),
    ("/accounting", "this list"),
    ("/erasure", "the record of your erasure"),
    ("/coordination", "an answer to the prosecutor"),
)


def plainly(action: str) -> str:
    """`GET /v1/participants/{key}/plans/current` as the participant would say it."""
    method, _, path = action.partition(" ")
    what = next((words for part, words in _SEEN if part in path), "your file")
    return f"{'saw' if method == 'GET' else 'changed'} {what}"


def words(code: str) -> str:
    return re.sub(r"[_-]", " ", code)


def as_text(found: Mapping[str, Any], site: str) -> str:
    """The accounting as it is printed and handed over."""

    def at(moment: datetime) -> str:
        return printed(moment, site)

    lines = ["What was told about you, and to whom", ""]
    for entry in found["disclosures"]:
        told = ", ".join(words(category) for category in entry["categories"])
        if entry["suppressed_because"]:
            why = words(entry["suppressed_because"])
            lines.append(f"{at(entry['at'])}: NOT told to {entry['recipient']}: {told}. {why}.")
        else:
            purpose = words(entry["purpose"])
            lines.append(
                f"{at(entry['at'])}: {entry['recipient']} was told: {told}, for {purpose}."
            )
    if not found["disclosures"]:
        lines.append("Nothing was told to anybody outside the program.")
    lines += ["", "Who looked at your file or changed it", ""]
    for look in found["looks"]:
        roles = ", ".join(words(role) for role in look["roles"])
        lines.append(f"{at(look['at'])}: {look['who']} ({roles}) {look['what']}.")
    return "\n".join([*lines, ""])
