"""One name of a participant, and what it is to them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from casework.matching.names import Name, read_name
from casework.matching.romanizing import romanized
from casework.participants.person import Person
from shared.ids import new_id

# given, middle, surname and suffix; what was not told is None.
Parts = Mapping[str, Any]


class NameKind(StrEnum):
    """`legal` stands in documents; `chosen` is what the participant is called."""

    LEGAL = "legal"
    CHOSEN = "chosen"
    ALIAS = "alias"
    MAIDEN = "maiden"
    TRANSLITERATION = "transliteration"


class PersonName(SQLModel, table=True):
    """As told. A name out of use is shown no longer; other systems write it, so it is matched."""

    __tablename__ = "person_name"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    participant_key: str = Field(foreign_key="participant_file.participant_key")
    kind: str
    given: str | None = None
    middle: str | None = None
    surname: str | None = None
    suffix: str | None = None
    recorded_by: str
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def compared(self, person: Person) -> tuple[Name, ...]:
        """A given name alone, as a chosen one often is, goes with the surname on file."""
        fields = (self.given, self.middle, self.surname or person.surname, self.suffix)
        spelled = romanized(*fields)
        return (read_name(*fields), *((spelled,) if spelled else ()))

    def take_up(self, person: Person) -> None:
        """A chosen name is shown from now on; a legal one replaces what was first reported."""
        if self.kind == NameKind.CHOSEN:
            person.chosen_given, person.chosen_surname = self.given, self.surname
        if self.kind == NameKind.LEGAL:
            person.given, person.middle = self.given, self.middle
            person.surname, person.suffix = self.surname, self.suffix

    def end(self, person: Person, at: datetime) -> None:
        if self.ended_at is None and self.kind == NameKind.CHOSEN:
            person.chosen_given = person.chosen_surname = None
        self.ended_at = self.ended_at or at


def parts_of(person: Person) -> Parts:
    """The name on file, which a legal name replaces."""
    return person.model_dump(include={"given", "middle", "surname", "suffix"})
