"""What every route of casework needs: keys, edits, times that can be true."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path
from pydantic import Field

from casework.participants.commands import Edit
from shared.callers import Caller
from shared.errors import FieldError, Invalid

# Clocks of other systems differ a little; that is no time in the future.
CLOCK_SKEW = timedelta(minutes=5)

Key = Annotated[str, Path(max_length=100, pattern=r"^[^\x00]+$")]
Login = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]


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
