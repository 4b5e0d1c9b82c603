"""Mappings: how a row of an agency's file becomes the body of a reported contact.

A mapping is a TOML file that somebody at the agency can write by hand; those in `lead/mappings`
are known by name, and show the form.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping as AnyMapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from lead.errors import Failure

SHIPPED = Path(__file__).parent / "mappings"
REQUIRED = ("site", "source_system", "source_record_id", "contact_type", "occurred_at")
TARGETS = {
    *REQUIRED, "record_version", "supersedes", "agency_ori", "arrest_basis", "incident_number",
    "person.given", "person.middle", "person.surname", "person.suffix", "person.dob", "person.sex",
    "person.age_from", "person.age_to", "booking.number", "booking.facility", "location.text",
    "location.beat", "next_court.court", "next_court.at",
}  # fmt: skip
_IDENTIFIER = re.compile(r"person\.identifiers\[([A-Za-z0-9._-]+)\]$")

Row = AnyMapping[str, str | None]
Value = str | int | float | bool


class BadMapping(Failure):
    """The mapping cannot be used; the text says where and why."""


class Unmappable(Exception):
    """A row's value cannot be turned into its field."""

    def __init__(self, column: str, code: str, hint: str) -> None:
        self.reason = {"pointer": column, "code": code, "hint": hint}
        super().__init__(f"{column}: {hint}")


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Copy(_Rule):
    """The column's text, or what `values` makes of it."""

    column: str
    values: dict[str, Value] | None = None
    otherwise: Value | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def read(self, texts: tuple[str, ...], _: "Mapping") -> Value:
        if self.values is None:
            return texts[0]
        if texts[0] in self.values:
            return self.values[texts[0]]
        if self.otherwise is not None:
            return self.otherwise
        raise Unmappable(self.column, "value_not_mapped", "The mapping knows no such value.")


class Day(_Rule):
    """A date: ISO 8601, or in a `format` of strptime."""

    day: str = Field(alias="date")
    format: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.day,)

    def read(self, texts: tuple[str, ...], _: "Mapping") -> str:
        try:
            if self.format is None:
                return date.fromisoformat(texts[0]).isoformat()
            return datetime.strptime(texts[0], self.format).date().isoformat()  # noqa: DTZ007
        except ValueError:
            raise Unmappable(self.day, "not_a_date", "The date has another form.") from None


class Moment(_Rule):
    """A time: its columns joined by a space; local to the mapping's zone if without offset."""

    time: Annotated[
        tuple[str, ...], BeforeValidator(lambda v: (v,) if isinstance(v, str) else v)
    ] = Field(min_length=1)
    format: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return self.time

    def read(self, texts: tuple[str, ...], mapping: "Mapping") -> str:
        text = " ".join(texts)
        try:
            read = datetime.strptime(text, self.format) if self.format else None  # noqa: DTZ007
            moment = read or datetime.fromisoformat(text)
        except ValueError:
            raise self._unmappable("not_a_time", "The time has another form.") from None
        if moment.tzinfo is None:
            moment = self._in_zone(moment, mapping)
        return moment.isoformat()

    def _in_zone(self, moment: datetime, mapping: "Mapping") -> datetime:
        """Twice a year the wall clock alone does not say which moment it means."""
        first, second = (moment.replace(tzinfo=mapping.zone, fold=fold) for fold in (0, 1))
        if (turned := _offset(second) - _offset(first)) == timedelta():
            return first
        if turned < timedelta():
            if mapping.ambiguous_time == "reject":
                raise self._unmappable("ambiguous_time", "The clock showed this time twice.")
            return first if mapping.ambiguous_time == "earlier" else second
        if mapping.nonexistent_time == "reject":
            raise self._unmappable("nonexistent_time", "The clock never showed this time.")
        # A clock that was not put forward yet: one hour later is what the others showed.
        return first.astimezone(UTC).astimezone(mapping.zone)

    def _unmappable(self, code: str, hint: str) -> Unmappable:
        return Unmappable("+".join(self.time), code, hint)


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _kind(rule: Any) -> str:
    if isinstance(rule, Copy | Day | Moment):
        return {Copy: "column", Day: "date", Moment: "time"}[type(rule)]
    keys = rule.keys() if isinstance(rule, dict) else ()
    return next((kind for kind in ("time", "date") if kind in keys), "column")


Rule = Annotated[
    Annotated[Copy, Tag("column")] | Annotated[Day, Tag("date")] | Annotated[Moment, Tag("time")],
    Discriminator(_kind),
    # The short form: `source_record_id = "TERRY_STOP_ID"`.
    BeforeValidator(lambda rule: {"column": rule} if isinstance(rule, str) else rule),
]


class Mapping(BaseModel):
    """One file's form: `fields` read columns, `constants` are the same in every row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    time_zone: str = "UTC"
    ambiguous_time: Literal["earlier", "later", "reject"] = "reject"
    nonexistent_time: Literal["forward", "reject"] = "reject"
    missing: tuple[str, ...] = ("",)
    constants: dict[str, Value] = {}
    fields: dict[str, Rule]

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError('is not a time zone; one is "America/Los_Angeles"')
        return name

    @field_validator("constants", "fields")
    @classmethod
    def _known_targets(cls, targets: dict[str, Any]) -> dict[str, Any]:
        for target in targets:
            if target not in TARGETS and not _IDENTIFIER.match(target):
                raise ValueError(f"{target} is not a field of a contact")
        return targets

    @model_validator(mode="after")
    def _complete(self) -> "Mapping":
        for target in REQUIRED:
            if target not in self.fields and target not in self.constants:
                raise ValueError(f"nothing gives {target}")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def columns(self) -> list[str]:
        """Every column that the mapping reads."""
        return sorted({column for rule in self.fields.values() for column in rule.columns})

    @property
    def digest(self) -> str:
        """Changes with whatever changes the bodies."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def body(self, row: Row) -> dict[str, Any]:
        """The contact's body; what is missing in the row is left out. Raises Unmappable."""
        body: dict[str, Any] = {}
        for target, value in self.constants.items():
            _place(body, target, value)
        for target, rule in self.fields.items():
            texts = tuple((row.get(column) or "").strip() for column in rule.columns)
            absent = any(text in self.missing or not text for text in texts)
            _place(body, target, None if absent else rule.read(texts, self))
        return body


def load(name_or_path: str, **constants: str | None) -> Mapping:
    """A shipped mapping by name, or one's own by path; `constants` overrule its own."""
    path = SHIPPED / f"{name_or_path}.toml"
    if not path.is_file():
        path = Path(name_or_path)
    if not path.is_file():
        shipped = ", ".join(sorted(p.stem for p in SHIPPED.glob("*.toml")))
        raise BadMapping(f"{name_or_path} is neither a file nor a shipped mapping ({shipped}).")
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        given = {name: value for name, value in constants.items() if value is not None}
        data["constants"] = data.get("constants", {}) | given
        return Mapping.model_validate(data)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(f"{path}: {error}") from None
    except ValidationError as error:
        raise BadMapping(f"{path}:\n" + "\n".join(map(_sentence, error.errors()))) from None


def _sentence(error: Any) -> str:
    kinds = ("column", "date", "time")
    where = ".".join(str(part) for part in error["loc"] if part not in kinds)
    return f"  {where or 'mapping'}: {error['msg'].removeprefix('Value error, ')}"


def _place(body: dict[str, Any], target: str, value: Value | None) -> None:
    """Put a value at its path; a missing one is left out, but `person` is always there."""
    if target.startswith("person."):
        body.setdefault("person", {})
    if value is None:
        return
    if found := _IDENTIFIER.match(target):
        identifiers = body["person"].setdefault("identifiers", [])
        identifiers.append({"system": found[1], "value": str(value)})
        return
    *parents, leaf = target.split(".")
    for parent in parents:
        body = body.setdefault(parent, {})
    body[leaf] = value
