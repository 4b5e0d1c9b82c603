"""What every event has in common: identity, subject, time, and a data class per field."""

import re
from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.ids import new_id
from shared.sealing import SEALED, DataClass

ATTRIBUTES = ("id", "site", "subject", "occurred_at")


class EventPart(BaseModel):
    """A nested value of an event. Unknown fields are ignored: a newer publisher may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(BaseModel):
    """A fact that happened, named in the past tense.

    The four fields below travel as CloudEvents attributes, the others as JSON data; those of a
    sealed class are encrypted on the way. Within a version only optional fields may be added.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: ClassVar[str]
    stream: ClassVar[str] = "events"
    version: ClassVar[int] = 1
    type: ClassVar[str]
    topic: ClassVar[str]
    classes: ClassVar[dict[str, DataClass]]
    # Derived from `classes` once, for the hot path of encoding.
    open_fields: ClassVar[set[str]]
    sealed_fields: ClassVar[dict[DataClass, set[str]]]
    classification: ClassVar[DataClass]

    id: UUID = Field(default_factory=new_id)
    site: str
    subject: str
    occurred_at: AwareDatetime

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if not hasattr(cls, "service"):
            return
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()
        cls.type = f"lead.{cls.service}.{name}.v{cls.version}"
        cls.topic = f"lead.{cls.service}.{cls.stream}"
        cls.classes = {
            field: next((m for m in info.metadata if isinstance(m, DataClass)), DataClass.CARE)
            for field, info in cls.model_fields.items()
            if field not in ATTRIBUTES
        }
        cls._derive()

    @classmethod
    def _derive(cls) -> None:
        """What is sealed, what is open, and the strictest class (`dataclassification`)."""
        by_class = {c: {n for n, own in cls.classes.items() if own is c} for c in SEALED}
        cls.sealed_fields = {c: names for c, names in by_class.items() if names}
        cls.open_fields = {n for n, own in cls.classes.items() if own not in SEALED}
        order = (DataClass.CARE, DataClass.IDENTITY, DataClass.PROGRAM)
        cls.classification = next((c for c in order if c in cls.classes.values()), DataClass.PUBLIC)

    @property
    def key(self) -> str:
        """The Kafka key: facts about one participant keep their order."""
        return f"{self.site}:{self.subject}"


def sealed_classes(event_type: type[Event]) -> set[DataClass]:
    """The class keys that a reader of this event needs."""
    return set(event_type.sealed_fields)


def unclassified_fields(event_type: type[Event]) -> set[str]:
    """Fields without a data class of their own; the catalogue test wants none."""
    return {
        name
        for name, info in event_type.model_fields.items()
        if name not in ATTRIBUTES and not any(isinstance(m, DataClass) for m in info.metadata)
    }
