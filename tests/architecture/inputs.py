"""Everything that a request can bring in, as the schemas that read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel, TypeAdapter
from tests.apps import api_routes

from shared.reports import RecordIn

Functions = tuple[str, ...]
# Parts of a schema that no input is held against.
NO_VALUES = {"metadata", "serialization", "cls", "config", "default", "function"}


@dataclass(frozen=True)
class Value:
    """One value inside an input: where, its schema, and the functions that see it on the way."""

    place: str
    schema: dict[str, Any]
    functions: Functions


@cache
def inputs() -> dict[str, Any]:
    """`referral POST /v1/contacts body` -> the core schema that reads it."""
    found = {}
    for name, route in api_routes().items():
        for dependant in _all(route.dependant):
            for kind in ("path", "query", "header", "cookie", "body"):
                for field in getattr(dependant, f"{kind}_params"):
                    known = field.field_info
                    adapter: TypeAdapter[Any] = field._type_adapter
                    found[f"{name} {kind} {known.alias or field.name}"] = adapter.core_schema
    # Agencies' reports are read from the bytes of their bodies.
    for model in _leaves(RecordIn):
        found[f"report {model.__name__}"] = model.__pydantic_core_schema__
    return found


def values(name: str) -> Iterator[Value]:
    """Every schema inside of one input."""
    yield from _inside(inputs()[name], "", ())


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all(inner)


def _leaves(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for inner in model.__subclasses__():
        yield from _leaves(inner)
    yield model


def _inside(schema: Any, place: str, functions: Functions) -> Iterator[Value]:
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("type"), str):
        functions = (*functions, *_function(schema))
        yield Value(place, schema, functions)
    for name, part in _parts(schema):
        if name is None:
            yield from _inside(part, place, functions)
        else:
            yield from _inside(part, f"{place}/{name}", ())


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str | None, Any]]:
    """What this schema is made of; with a name what is a value of its own."""
    for key in schema.keys() - NO_VALUES:
        inner = schema[key]
        if key == "fields" and isinstance(inner, dict):
            yield from inner.items()
        elif isinstance(inner, list | tuple):
            yield from ((None, part) for part in inner)
        elif isinstance(inner, dict) and key == "choices":
            yield from ((None, part) for part in inner.values())
        else:
            yield None, inner


def _function(schema: dict[str, Any]) -> Iterator[str]:
    """Where the function of this schema comes from, as in `shared.dates`."""
    if schema["type"].startswith("function-"):
        called = schema["function"]["function"]
        yield str(getattr(called, "__module__", "?"))
