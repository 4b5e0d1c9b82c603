"""Reports as agencies post them: which fields, what each may hold, and the rules across fields.

Everything not named here is refused (R-21). No error repeats a value.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Annotated, Any, Literal, NoReturn, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from shared import json_bodies, refused
from shared.dates import AnyDay, Moment, is_placeholder
from shared.errors import MAX_ERRORS, FieldError, Invalid, Malformed
from shared.events.parts import ChargePart, CourtDatePart, IdentifierPart, PersonPart
from shared.problems import field_errors, pointer_to
from shared.text import ONE_LINE

SKEW = timedelta(minutes=5)
ADULT_AGE, OLDEST = 18, 120

STORED = object()
STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)

UNDER_18, DOB_IN_FUTURE, DOB_TOO_OLD = "under_18", "dob_in_future", "dob_too_old"
_UNDER_18_HINT = "Reports about people under 18 are not accepted."
# Two strangers who share "UNKNOWN" as their number would be taken for one person.
_PLACEHOLDER = re.compile(r"0+|9{4,}|n/?a|null|none|unk|unknown|tbd|x+", re.IGNORECASE)


def _refuse(code: str) -> NoReturn:
    # The texts are constants of `refused`; none contains input.
    raise PydanticCustomError(code, refused.HINTS[code])


def _harmless(value: str) -> str:
    if code := refused.code_for_text(value):
        _refuse(code)
    return value


def _no_ssn(value: str) -> str:
    if code := refused.code_for_number(value):
        _refuse(code)
    return value


def _accepted_system(value: str) -> str:
    if code := refused.code_for_system(value):
        _refuse(code)
    return value.lower()


def _says_something(value: str) -> str:
    if _PLACEHOLDER.fullmatch(value):
        raise PydanticCustomError("placeholder", "Leave out an identifier that is not known.")
    return value


def _adult(value: int) -> int:
    # A range that reaches below 18 may be a child's: refuse it too.
    if value < ADULT_AGE:
        raise PydanticCustomError(UNDER_18, "Reports about people under 18 are not accepted.")
    return value


def _past(value: datetime, info: ValidationInfo) -> datetime:
    now = info.context
    if isinstance(now, datetime) and value > now + SKEW:
        raise PydanticCustomError(
            "time_in_future", "This time has not come yet: check the clock and the offset."
        )
    return value


def _rule(check: Callable[[Any], Any]) -> AfterValidator:
    """A rule about what comes in. What was taken in stays readable when a rule becomes stricter."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        return value if info.context is STORED else check(value)

    return AfterValidator(validate)


# What the normal form of a text leaves: no control character but NUL, which is refused.
_NO_NUL = r"^[^\x00]*$"
MOST_NAMES, MOST_NUMBERS, MOST_CHARGES = 100, 100, 200
# The events that carry it on have to fit into messages (`outbox.MAX_PAYLOAD_BYTES`), sealed.
MAX_REPORT_BYTES = 180_000

Site = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
SourceSystem = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
RecordId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:/#()-]{0,99}$")]
Ori = Annotated[str, Field(pattern=r"^[A-Z0-9]{7,9}$")]
Name = Annotated[
    str, Field(min_length=1, max_length=200, pattern=_NO_NUL), ONE_LINE, _rule(_harmless)
]
Words = Annotated[
    str, Field(min_length=1, max_length=1_000, pattern=_NO_NUL), ONE_LINE, _rule(_harmless)
]
Charge = Annotated[
    str, Field(min_length=1, max_length=500, pattern=_NO_NUL), ONE_LINE, _rule(_harmless)
]
Label = Annotated[
    str, Field(min_length=1, max_length=100, pattern=_NO_NUL), ONE_LINE, _rule(_harmless)
]
Suffix = Annotated[str, Field(min_length=1, max_length=20, pattern=_NO_NUL), ONE_LINE]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Age = Annotated[int, Field(ge=0, le=130, json_schema_extra={"minimum": ADULT_AGE}), _rule(_adult)]
Version = Annotated[int, Field(ge=1, le=2_147_483_647)]
PastTime = Annotated[Moment, AfterValidator(_past)]


class IdentifierIn(IdentifierPart):
    """A number under which a source system knows the person: local number, state id (SID)."""

    model_config = STRICT

    system: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._#-]{0,39}$"), _rule(_accepted_system)
    ]
    value: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/#-]{0,59}$"),
        _rule(_says_something),
        _rule(_no_ssn),
    ]


class PersonIn(PersonPart):
    """Who it is about: an identifier, or surname and date of birth, or surname and age range."""

    model_config = STRICT

    given: Name | None = None
    middle: Name | None = None
    surname: Name | None = None
    suffix: Suffix | None = None
    aliases: Annotated[tuple[Name, ...], Field(max_length=MOST_NAMES)] = ()
    dob: AnyDay | None = None
    age_from: Age | None = None
    age_to: Age | None = None
    sex: Literal["F", "M", "X", "U"] | None = None
    identifiers: Annotated[tuple[IdentifierIn, ...], Field(max_length=MOST_NUMBERS)] = ()

    def faults(self, at: datetime) -> Iterator[FieldError]:
        """What is wrong across this person's fields, for something that happened at `at`."""
        if self.dob is not None and (fault := birth_fault(self.dob, at.date())):
            yield FieldError("/person/dob", *fault)
        if self.age_from is not None and self.age_to is not None and self.age_from > self.age_to:
            hint = "`age_from` must not be above `age_to`."
            yield FieldError("/person/age_from", "age_range_reversed", hint)
        if not self._is_described():
            hint = "Give an identifier, or surname and date of birth, or surname and age range."
            yield FieldError("/person", "person_not_described", hint)

    def _is_described(self) -> bool:
        aged = self.age_from is not None and self.age_to is not None
        return bool(self.identifiers) or (
            self.surname is not None and (self.dob is not None or aged)
        )


class ChargeIn(ChargePart):
    """One charge as the agency wrote it."""

    model_config = STRICT

    seq: Annotated[int, Field(ge=1, le=999)]
    statute: Label | None = None
    text: Charge | None = None
    severity: Label | None = None
    nibrs: Annotated[str, Field(pattern=r"^[0-9]{2,3}[A-Z]?$")] | None = None
    incident_at: PastTime | None = None


class CourtDateIn(CourtDatePart):
    """The next appearance."""

    model_config = STRICT

    court: Words | None = None
    at: Moment


class LocationIn(BaseModel):
    """Where it happened, in the agency's words and in its beat."""

    model_config = STRICT

    text: Words | None = None
    beat: Label | None = None


class RecordIn(BaseModel):
    """What every posted record has: where it comes from, about whom, for what."""

    model_config = STRICT

    site: Site
    source_system: SourceSystem
    source_record_id: RecordId
    person: PersonIn
    charges: Annotated[tuple[ChargeIn, ...], Field(max_length=MOST_CHARGES)] = ()

    def conduct_at(self, now: datetime) -> datetime:
        """When the person did what this is about; their age on that day counts (R-23)."""
        return now

    def faults(self, now: datetime) -> Iterator[FieldError]:
        """Rules across fields; a subclass adds its own."""
        yield from self.person.faults(self.conduct_at(now))


class ReportIn(RecordIn):
    """A report body: a record in versions, so that a source can correct it."""

    record_version: Version = 1
    supersedes: Version | None = None
    incident_number: RecordId | None = None
    next_court: CourtDateIn | None = None

    def faults(self, now: datetime) -> Iterator[FieldError]:
        yield from super().faults(now)
        if self.supersedes is not None and self.supersedes >= self.record_version:
            hint = "A version supersedes an earlier version of the same record."
            yield FieldError("/supersedes", "supersedes_itself", hint)


Record = TypeVar("Record", bound=RecordIn)


def read_report(model: type[Record], body: bytes, now: datetime) -> Record:
    """Parse and check one record. Raises Malformed (not JSON) or Invalid (every faulty field)."""
    if len(body) > MAX_REPORT_BYTES:
        hint = f"One report has at most {MAX_REPORT_BYTES} bytes: send less text."
        raise Invalid(errors=(FieldError("", "report_too_large", hint),))
    json_bodies.parse(body)
    try:
        record = model.model_validate_json(body, context=now)
    except ValidationError as error:
        found = error.errors(include_url=False)
        if found[0]["type"] == "json_invalid":
            raise Malformed("The body is not valid JSON.") from None
        # `from None`: the validation error quotes the input, and must not reach a log.
        raise Invalid(errors=_field_errors(found)) from None
    if faults := tuple(islice(record.faults(now), MAX_ERRORS)):
        raise Invalid(errors=faults)
    return record


def read_stored(model: type[Record], content: bytes) -> Record:
    """A record that was read by `read_report` once, under the rules of its time."""
    return model.model_validate_json(content, context=STORED)


def _field_errors(found: list[Any]) -> Iterator[FieldError]:
    for error in found:
        if hidden := tuple(islice(_refused_names(error), MAX_ERRORS)):
            yield from hidden
        else:
            yield from field_errors([error])


def _refused_names(error: Mapping[str, Any]) -> Iterator[FieldError]:
    """An unknown field by a refused name gets that reason, however deep it stands."""
    if error["type"] == "missing":
        return
    path = error["loc"]
    code = refused.code_for_name(str(path[-1])) if error["type"] == "extra_forbidden" else None
    named = [(path, code)] if code else refused.names_within(error["input"], path)
    for where, why in named:
        yield FieldError(pointer_to(where), why, refused.HINTS[why])


def birth_fault(born: date, day: date) -> tuple[str, str] | None:
    """Code and hint. A mistyped or two-digit year is no child: the sender has to hear which."""
    if born > day:
        return DOB_IN_FUTURE, "The date of birth is after what is reported: check the year."
    if is_placeholder(born):
        return None
    age = age_on(born, day)
    if age > OLDEST:
        return DOB_TOO_OLD, f"Nobody is over {OLDEST}: check the year, or leave the date out."
    return (UNDER_18, _UNDER_18_HINT) if age < ADULT_AGE else None


def age_on(born: date, day: date) -> int:
    """Whole years of age on a day; somebody born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
