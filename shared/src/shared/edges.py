"""What routes of every service share: strict bodies, and versions in ETags."""

from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel, ConfigDict

from shared.errors import PreconditionFailed

# Longer than any count of changes, and short enough for every number column.
_LONGEST = 9


class Body(BaseModel):
    """What is sent in. Unknown fields are refused; spaces around a text say nothing."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


async def expected_version(if_match: Annotated[str | None, Header()] = None) -> int | None:
    """The version in `If-Match`; without the header, or with `*`, any version will do."""
    number = (if_match or "*").strip().strip('"')
    if number == "*":
        return None
    if not number.isascii() or not number.isdigit() or len(number) > _LONGEST:
        raise PreconditionFailed
    return int(number)


Expected = Annotated[int | None, Depends(expected_version)]


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}
