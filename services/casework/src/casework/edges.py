"""What every route of casework needs: versions in ETags, strict bodies, times that can be true."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Path
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from casework.participants.commands import Edit
from shared.callers import Caller
from shared.errors import FieldError, Invalid, PreconditionFailed

# Clocks of other systems differ a little; that is no time in the future.
CLOCK_SKEW = timedelta(minutes=5)


class Body(BaseModel):
    """What is sent in. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def storable(cls, value: Any) -> Any:
        """PostgreSQL stores no NUL character; nobody types one."""
        if _has_nul(value):
            raise PydanticCustomError("nul_character", "Send text without NUL characters.")
        return value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, Mapping):
        return any(_has_nul(part) for part in value.values())
    return isinstance(value, Iterable) and any(_has_nul(part) for part in value)


async def expected_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version in `If-Match`; without the header, or with `*`, any version will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().strip('"')
    if not number.isascii() or not number.isdigit():
        raise PreconditionFailed
    return int(number)


Expected = Annotated[int | None, Depends(expected_version)]
Key = Annotated[str, Path(max_length=100, pattern=r"^[^\x00]+$")]
Login = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def edit_by(caller: Caller, key: str, expected: int | None) -> Edit:
    return Edit(participant_key=key, by=caller.sub, sites=caller.sites, expected=expected)


def refuse_future(pointer: str, at: datetime | None, now: datetime) -> None:
    """Raises Invalid: what is recorded has happened."""
    if at is not None and at > now + CLOCK_SKEW:
        hint = "Give a time that is not in the future."
        raise Invalid(errors=(FieldError(pointer, "in_the_future", hint),))


def refuse_past(pointer: str, at: datetime, now: datetime) -> None:
    """Raises Invalid: what is arranged is still to come."""
    if at < now - CLOCK_SKEW:
        hint = "Give a time that is not in the past."
        raise Invalid(errors=(FieldError(pointer, "in_the_past", hint),))
