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
    dob: date | None = None
    sex: str | None = None
    names: list[str] = Field(default=[], sa_type=ARRAY(Text))

    @classmethod
    def known_as(cls, key: str, site: str, person: PersonPart) -> "Person":
        fields = person.model_dump(include={"given", "middle", "surname", "suffix"})
        return cls(participant_key=key, site=site, aliases=list(person.aliases), **fields)

    def complete(self, person: PersonPart) -> None:
        """A later referral knows the name of somebody who had only a number."""
        if not (self.given or self.surname):
            self.given, self.surname = person.given, person.surname
            self.middle, self.suffix = person.middle, person.suffix


def display_name(given: str | None, surname: str | None) -> str:
    """Given name and initial: enough for the case manager, little for a passer-by."""
    first = (given or "").strip()
    first = first.title() if first.isupper() else first
    initial = f"{surname.strip()[0].upper()}." if surname and surname.strip() else ""
    return f"{first} {initial}".strip() or "No name on file"
