"""Made-up events of any class, with whatever text is asked for in their sealed fields."""

import functools
import operator
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel

from shared.events import Event
from shared.sealing import SEALED

AnyEvent = TypeVar("AnyEvent", bound=Event)

PLAIN = st.text(alphabet="abcdefghij-0123456789", min_size=1, max_size=12)
LEAVES: dict[Any, st.SearchStrategy[Any]] = {
    AwareDatetime: st.datetimes(timezones=st.just(UTC)),
    date: st.dates(),
    UUID: st.uuids(),
    bool: st.booleans(),
    int: st.integers(min_value=0, max_value=10_000),
    NoneType: st.none(),
}


def made_up(event: type[AnyEvent], sealed: st.SearchStrategy[str]) -> st.SearchStrategy[AnyEvent]:
    """Events with plain text in open fields and text from `sealed` in every sealed one."""
    fields = {
        name: _values(info.annotation, sealed if event.classes.get(name) in SEALED else PLAIN)
        for name, info in event.model_fields.items()
    }
    return st.builds(event, **fields)


def _values(kind: Any, text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is str:
        return text
    if kind in LEAVES:
        return LEAVES[kind]
    if origin in (Union, UnionType):
        return functools.reduce(operator.or_, (_values(option, text) for option in arguments))
    if origin is tuple:
        return st.lists(_values(arguments[0], text), max_size=2).map(tuple)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert issubclass(kind, BaseModel), f"teach this module to make a {kind}"
    return st.builds(
        kind, **{n: _values(info.annotation, text) for n, info in kind.model_fields.items()}
    )


def example(event: type[AnyEvent]) -> AnyEvent:
    """One event, the same every time: optional fields empty, the others the simplest there is."""
    at = datetime(2026, 3, 3, 4, 5, tzinfo=UTC)
    values = {name: _simplest(info.annotation, at) for name, info in event.model_fields.items()}
    return event(**values)


def _simplest(kind: Any, at: datetime) -> Any:
    arguments = get_args(kind)
    if NoneType in arguments:
        return None
    if get_origin(kind) is tuple:
        return ()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind(**{n: _simplest(i.annotation, at) for n, i in kind.model_fields.items()})
    simple = {str: "text", UUID: UUID(int=7), int: 1, bool: False, date: at.date()}
    return simple.get(kind, at)
