"""A mapping: one file's form. `fields` read columns, `constants` are the same in every row."""

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from lead.mapping.context import Clock
from lead.mapping.dates import Moment
from lead.mapping.errors import Unmappable
from lead.mapping.grouping import numbered, together
from lead.mapping.names import WholeName
from lead.mapping.rule import Rule, Value
from lead.mapping.rules import AnyRule
from lead.mapping.targets import CHARGE_TARGETS, REQUIRED, WHOLE_NAME, fit, is_target, place

Row = AnyMapping[str, str | None]
Charge = dict[str, AnyRule]


class Snapshot(BaseModel):
    """How the file is taken as a roster: `nights` missing in a row are a release."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nights: int = Field(default=2, ge=1, le=60)
    shrink_percent: float = Field(default=50, gt=0, le=100)


class Mapping(BaseModel):
    """One file's form: how a row becomes the body of a reported contact."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    # The line that the header stands on; without it the first that has every column that is read.
    header_row: int | None = Field(default=None, ge=1)
    time_zone: str | None = None
    ambiguous_time: Literal["earlier", "later", "reject"] = "reject"
    nonexistent_time: Literal["forward", "reject"] = "reject"
    missing: tuple[str, ...] = ("",)
    # Other names that a column has had, or has in other exports of the same file.
    also_named: dict[str, tuple[str, ...]] = {}
    one_row_per: Literal["record", "charge"] = "record"
    snapshot: Snapshot = Snapshot()
    constants: dict[str, Value] = {}
    fields: dict[str, AnyRule]
    # The charges that a row holds, each with columns of its own; one set or several.
    charges: Annotated[
        tuple[Charge, ...], BeforeValidator(lambda v: (v,) if isinstance(v, dict) else v)
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _whole_names(cls, data: Any) -> Any:
        """`"person.name" = "Column"` is short; so is a surname's column that is all the name."""
        fields = data.get("fields") if isinstance(data, dict) else None
        if not isinstance(fields, dict):
            return data
        return data | {"fields": _with_whole_name(fields, data.get("constants") or {})}

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None and name not in available_timezones():
            raise ValueError('is not a time zone; one is "America/Los_Angeles"')
        return name

    @field_validator("fields")
    @classmethod
    def _known_targets(cls, fields: dict[str, Rule]) -> dict[str, Rule]:
        for target, rule in fields.items():
            if not (is_target(target) or target == WHOLE_NAME):
                raise ValueError(f"{target} is not a field of a contact")
            if isinstance(rule, WholeName) != (target == WHOLE_NAME):
                raise ValueError(f"{target}: a whole name goes into {WHOLE_NAME}, and only there")
        return fields

    @field_validator("constants")
    @classmethod
    def _fitting_constants(cls, constants: dict[str, Value]) -> dict[str, Value]:
        for target in constants:
            if not is_target(target):
                raise ValueError(f"{target} is not a field of a contact")
        try:
            return {target: fit(target, value, target) for target, value in constants.items()}
        except Unmappable as error:
            raise ValueError(str(error)) from None

    @field_validator("charges")
    @classmethod
    def _known_charges(cls, charges: tuple[Charge, ...]) -> tuple[Charge, ...]:
        for target in (target for charge in charges for target in charge):
            if target not in CHARGE_TARGETS:
                known = ", ".join(sorted(CHARGE_TARGETS))
                raise ValueError(f"{target} is not a field of a charge; there is {known}")
        return charges

    @model_validator(mode="after")
    def _complete(self) -> "Mapping":
        for target in REQUIRED:
            if target not in self.fields and target not in self.constants:
                raise ValueError(f"nothing gives {target}")
        if self.one_row_per == "charge" and (
            not self.charges or "source_record_id" not in self.fields
        ):
            raise ValueError(
                'one_row_per = "charge" needs [charges], and a column for source_record_id'
            )
        return self

    @property
    def zone(self) -> ZoneInfo | None:
        return ZoneInfo(self.time_zone) if self.time_zone else None

    @property
    def needs_zone(self) -> bool:
        """Whether times are read that do not say their offset themselves."""
        return any(isinstance(rule, Moment) and rule.needs_zone for rule in self._rules())

    @property
    def columns(self) -> list[str]:
        """Every column that the mapping reads."""
        return sorted({column for rule in self._rules() for column in rule.columns})

    def absent_from(self, columns: Iterable[str]) -> list[str]:
        """The columns that the mapping reads and a file with these columns lacks."""
        there = set(columns)
        return [name for name in self.columns if there.isdisjoint(self._names_of(name))]

    @property
    def digest(self) -> str:
        """Changes with whatever changes the bodies."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def body(self, row: Row, today: date | None = None) -> dict[str, Any]:
        """The contact's body; what is missing in the row is left out. Raises Unmappable."""
        return self.body_of([row], today)

    def body_of(self, rows: Sequence[Row], today: date | None = None) -> dict[str, Any]:
        """The contact's body from all rows of a record. Raises Unmappable."""
        clock = self.clock(today)
        body: dict[str, Any] = {}
        for target, value in self.constants.items():
            place(body, target, value)
        for target, rule in self.fields.items():
            values = [self.read(rule, target, row, clock) for row in rows]
            place(body, target, together(rule, [v for v in values if v is not None]))
        if charges := [charge for row in rows for charge in self.charges_of(row, clock)]:
            body["charges"] = numbered(charges)
        return body

    def record_number(self, row: Row) -> str | None:
        """The number of the row's record, None where it is missing. Raises Unmappable."""
        rule = self.fields.get("source_record_id")
        if rule is None:
            return str(self.constants["source_record_id"])
        number: str | None = self.read(rule, "source_record_id", row, self.clock())
        return number

    def charges_of(self, row: Row, clock: Clock) -> list[dict[str, Any]]:
        """The charges in a row; one whose cells are all missing is none. Raises Unmappable."""
        found = []
        for rules in self.charges:
            charge = {
                target: value
                for target, rule in rules.items()
                if (value := self.read(rule, f"charges.{target}", row, clock)) is not None
            }
            found += [charge] if charge.keys() - {"seq"} else []
        return found

    def clock(self, today: date | None = None) -> Clock:
        """What times and two-digit years are read by."""
        zone = self.zone
        today = today or datetime.now(zone or UTC).date()
        return Clock(today, zone, self.ambiguous_time, self.nonexistent_time)

    def read(self, rule: Rule, target: str, row: Row, clock: Clock) -> Any:
        """The value for a field; None when a cell is missing and has no default."""
        names = [self._name_in(row, column) for column in rule.columns]
        texts = tuple((row.get(name) or "").strip() for name in names)
        where = "+".join(names)
        if any(text in self.missing or not text for text in texts):
            return None if rule.default is None else fit(target, rule.default, where)
        try:
            return fit(target, rule.read(texts, clock, target), where)
        except Unmappable as error:
            # By the file's own name of the column, which may be one of several.
            raise Unmappable(where, error.reason["code"], error.reason["hint"]) from None

    def _name_in(self, row: Row, column: str) -> str:
        return next((name for name in self._names_of(column) if name in row), column)

    def _names_of(self, column: str) -> tuple[str, ...]:
        return (column, *self.also_named.get(column, ()))

    def _rules(self) -> list[Rule]:
        return [*self.fields.values(), *(r for charge in self.charges for r in charge.values())]


def _with_whole_name(fields: dict[str, Any], constants: dict[str, Any]) -> dict[str, Any]:
    if isinstance(name := fields.get(WHOLE_NAME), str):
        return fields | {WHOLE_NAME: {"name": name}}
    parts = {"person.given", "person.middle", "person.suffix", WHOLE_NAME}
    column = _only_column(fields.get("person.surname"))
    if column is None or not parts.isdisjoint(fields.keys() | constants.keys()):
        return fields
    # Nothing else gives a given name: `LAST, FIRST` is read as what it says.
    whole = {"name": column, "without_separator": "surname"}
    return {k: v for k, v in fields.items() if k != "person.surname"} | {WHOLE_NAME: whole}


def _only_column(rule: Any) -> str | None:
    if isinstance(rule, str):
        return rule
    plain = isinstance(rule, dict) and rule.keys() == {"column"}
    return rule["column"] if plain and isinstance(rule["column"], str) else None
