"""The OpenAPI document: bodies that routes read themselves, and problems as every error answers."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

_REF = "#/components/schemas/{model}"


class FieldProblem(BaseModel):
    """One field's fault: where, a stable code, and what to do."""

    pointer: str
    code: str
    hint: str


class Problem(BaseModel):
    """An error as RFC 9457 describes it. Values that were sent are never repeated."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem]
    trace_id: str | None


class DocumentedApp(FastAPI):
    """FastAPI, whose document also holds what `body_of` and `problems` describe."""

    def openapi(self) -> dict[str, Any]:
        known = self.openapi_schema
        document = super().openapi()
        if document is not known:
            _complete(document)
        return document


def body_of(model: type[BaseModel], *, lines: bool = False) -> dict[str, Any]:
    """`openapi_extra` of a route that reads its body's bytes itself; `lines` for NDJSON."""
    media_type = "application/x-ndjson" if lines else "application/json"
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "The same key and body again gets the same answer.",
    }
    body = {"required": True, "content": {media_type: {"schema": _schema(model)}}}
    return {"requestBody": body, "parameters": [key]}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route: which errors its callers should expect."""
    return {status: _problem(HTTPStatus(status).phrase) for status in statuses}


def lines_of(model: type[BaseModel], description: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers NDJSON, a line per line."""
    content = {"application/x-ndjson": {"schema": _schema(model)}}
    return {200: {"description": description, "content": content}}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_REF)
    definitions = schema.pop("$defs", {})
    name = model.__name__
    return {"$ref": _REF.format(model=name), "$defs": {**definitions, name: schema}}


def _problem(description: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _schema(Problem)}}
    return {"description": description, "content": content}


def _complete(document: dict[str, Any]) -> None:
    """Every operation answers errors as problems; definitions move to the components."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for operation in _operations(document):
        if "422" in operation["responses"]:
            operation["responses"]["422"] = _problem("Unprocessable Content")
        operation["responses"].setdefault("default", _problem("Any other error"))
        for content in _contents(operation):
            schemas.update(content.get("schema", {}).pop("$defs", {}))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _name_schemas(document)


def _name_schemas(document: dict[str, Any]) -> None:
    """Every schema is called by its title and no two by one: generators make one class of each.

    FastAPI calls two models of one name `casework__intake__api__OutcomeBody`: `IntakeOutcomeBody`.
    """
    schemas = document["components"]["schemas"]
    for name in list(schemas):
        plain = _plain_name(name)
        if plain != name and plain not in schemas:
            schemas[plain] = schemas.pop(name)
            _refer(document, _REF.format(model=name), _REF.format(model=plain))
    for name, schema in schemas.items():
        schema["title"] = name


def _plain_name(name: str) -> str:
    *folders, last = name.split("__")
    concern = folders[1].title().replace("_", "") if len(folders) > 1 else ""
    return concern + last.replace("-", "")


def _refer(part: Any, old: str, new: str) -> None:
    """The same schema under its new name, wherever it is referred to."""
    if isinstance(part, list):
        for inner in part:
            _refer(inner, old, new)
    elif isinstance(part, dict):
        part.update({key: new for key, inner in part.items() if inner == old})
        for inner in part.values():
            _refer(inner, old, new)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def _contents(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for holder in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from holder.get("content", {}).values()
