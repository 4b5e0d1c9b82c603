"""Lists: a page of items and an opaque cursor to the next."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

Item = TypeVar("Item")
# Items a page, the same for every list; usually with 50 as the default.
Limit = Annotated[int, Query(ge=1, le=200)]


class Page(BaseModel, Generic[Item]):
    """`next` goes into `?cursor=`; it is null on the last page."""

    items: list[Item]
    next: str | None = None


def page_of(found: Sequence[Item], limit: int, cursor: Callable[[Item], str]) -> Page[Item]:
    """Cut `limit + 1` found rows to a page; the extra row says that there is more."""
    items = list(found[:limit])
    more = len(found) > limit
    return Page(items=items, next=cursor(items[-1]) if more else None)
