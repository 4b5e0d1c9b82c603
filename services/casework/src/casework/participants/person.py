"""Who a file is about."""

from datetime import date

from sqlalchemy import ARRAY, Text
from sqlmodel import Field, SQLModel

from shared.events import PersonPart


class Person(SQLModel, table=True):
    """As given, and folded for comparing (`names`, one text per name, filled by matching)."""

    participant_key: str = Field(primary_key=True, foreign_key="participant_file.participant_key")
    site: str
    given: str | None = None
    middle: str | None = None
    surname: str | None = None
    suffix: str | None = None
    aliases: list[str] = Field(default=[], sa_type=ARRAY(Text))
    # What the participant is called, where that is another name than the one in documents.
    chosen_given: str | None = None
    chosen_surname: str | None = None
    dob: date | None = None
    sex: str | None = None
    names: list[str] = Field(default=[], sa_type=ARRAY(Text))

    @classmethod
    def known_as(cls, key: str, site: str, person: PersonPart) -> "Person":
        fields = person.model_dump(include={"given", "middle", "surname", "suffix"})
        return cls(participant_key=key, site=site, aliases=list(person.aliases), **fields)

    @property
    def shown_as(self) -> tuple[str | None, str | None]:
        """Given name and surname for people to read: the chosen ones, where there are any."""
        return self.chosen_given or self.given, self.chosen_surname or self.surname

    @property
    def full_name(self) -> str:
        """As documents have it."""
        return _joined(self.given, self.middle, self.surname, self.suffix)

    @property
    def called(self) -> str:
        """In full, as the participant wants to be called."""
        return _joined(*self.shown_as) if self.chosen_given else self.full_name

    @property
    def also_known_as(self) -> list[str]:
        return [*([self.called] if self.chosen_given else []), *self.aliases]

    def complete(self, person: PersonPart) -> None:
        """A later referral knows the name of somebody who had only a number."""
        if not (self.given or self.surname):
            self.given, self.surname = person.given, person.surname
            self.middle, self.suffix = person.middle, person.suffix


# The same in SQL, for a person `p`.
SHOWN_AS = (
    "coalesce(p.chosen_given, p.given) AS given, coalesce(p.chosen_surname, p.surname) AS surname"
)


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part) or "No name on file"


def display_name(given: str | None, surname: str | None) -> str:
    """Given name and initial: enough for the case manager, little for a passer-by."""
    first = (given or "").strip()
    first = first.title() if first.isupper() else first
    initial = f"{surname.strip()[0].upper()}." if surname and surname.strip() else ""
    return f"{first} {initial}".strip() or "No name on file"
