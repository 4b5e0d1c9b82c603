"""How a warrant, a charge or a case stands by the reports about it. Pure.

A quashed warrant is not the news that an issued one was, and a court date that was called off is no
court date: what a report says became of something counts, not only what it is about.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.events import ContactType, ParticipantRecontacted


class Matter(StrEnum):
    """What can stand differently from one report to the next."""

    CHARGE = "charge"
    DECISION = "decision"
    WARRANT = "warrant"
    COURT = "court"
    DISPOSITION = "disposition"


_BY_KIND: dict[str, tuple[Matter, str]] = {
    ContactType.CHARGE_REFERRED: (Matter.CHARGE, "referred"),
    ContactType.CHARGE_FILED: (Matter.CHARGE, "filed"),
    # The outcome of this one is what it was issued for.
    ContactType.WARRANT_ISSUED: (Matter.WARRANT, "issued"),
    ContactType.WARRANT_SERVED: (Matter.WARRANT, "served"),
    ContactType.FAILURE_TO_APPEAR: (Matter.COURT, "missed"),
}
# What else says it by its outcome, and what it means without one.
_BY_OUTCOME: dict[str, tuple[Matter, str | None]] = {
    ContactType.WARRANT_QUASHED: (Matter.WARRANT, "quashed"),
    ContactType.COURT_EVENT_SET: (Matter.COURT, "set"),
    ContactType.PROSECUTION_DECISION: (Matter.DECISION, None),
    ContactType.DISPOSITION: (Matter.DISPOSITION, None),
}
_SAME_AS = {"moved": "set"}


class Standing(BaseModel):
    """What became of one matter, by which record, and when. `number`: the warrant's or the case's.

    `word` is of a closed list of prosecution-hook's: issued, quashed, filed, canceled, dismissed.
    """

    model_config = ConfigDict(frozen=True)

    matter: Matter
    number: str | None
    word: str
    at: AwareDatetime
    record: str

    def is_of(self, other: "Standing") -> bool:
        """One matter; a report without a number may be about any."""
        return self.matter is other.matter and (
            None in (self.number, other.number) or self.number == other.number
        )

    def follows(self, other: "Standing") -> bool:
        """What happened later stands; so does what a source says of its own record now."""
        return self.record == other.record or self.at >= other.at

    def is_new_after(self, known: Sequence["Standing"]) -> bool:
        """Whether it changes what is known. The first word on a matter is told by its cause."""
        alike = [old for old in known if old.matter is self.matter]
        same = [old for old in alike if old.is_of(self)]
        if not same:
            return bool(alike)
        last = max(same, key=lambda old: old.at)
        return self.word != last.word and self.follows(last)

    def put_among(self, known: Sequence["Standing"]) -> tuple["Standing", ...]:
        """What is known with this: in the place of what it follows."""
        same = [old for old in known if old.is_of(self)]
        last = max(same, key=lambda old: old.at, default=None)
        if last is None:
            return (*known, self)
        if not self.follows(last):
            return tuple(known)
        mine = self.model_copy(update={"number": self.number or last.number})
        return (*(old for old in known if old is not last), mine)


def standing_of(
    contact: ParticipantRecontacted, record: str, numbers: dict[str, str]
) -> Standing | None:
    """How the matter that a report is about stands by it; None for other reports."""
    said = _said(contact)
    if said is None:
        return None
    matter, word = said
    number = numbers.get("warrant" if matter is Matter.WARRANT else "cause")
    at = contact.occurred_at
    return Standing(matter=matter, number=number, word=word, at=at, record=record)


def _said(contact: ParticipantRecontacted) -> tuple[Matter, str] | None:
    kind = contact.contact_type or ""
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if kind not in _BY_OUTCOME:
        return None
    matter, usual = _BY_OUTCOME[kind]
    word = contact.outcome or usual
    return (matter, _SAME_AS.get(word, word)) if word else None
