"""NUL characters anywhere in what a route reads are 422 with a place, and never reach a table."""

import json
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Form
from pydantic import BaseModel

from shared import problems
from shared.errors import MAX_ERRORS
from shared.idempotency import IdempotentRoute

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Note(BaseModel):
    text: Any


def app() -> FastAPI:
    """Routes with a body, a form, and neither."""
    made = FastAPI()
    made.router.route_class = IdempotentRoute
    problems.install(made)

    @made.post("/notes")
    async def write(note: Note) -> dict[str, bool]:
        return {"taken": True}

    @made.post("/forms")
    async def fill(text: Annotated[str, Form()]) -> dict[str, bool]:
        return {"taken": True}

    @made.get("/notes/{name}")
    async def read(name: str, wanted: str = "") -> dict[str, bool]:
        return {"taken": True}

    @made.get("/plain")
    async def look() -> dict[str, bool]:
        return {"taken": True}

    return made


async def ask(method: str, path: str, body: str = "", media: str = JSON) -> httpx.Response:
    transport = httpx.ASGITransport(app=app())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        headers = {"content-type": media}
        return await client.request(method, path, content=body, headers=headers)


REFUSED: list[tuple[str, str, str, str, str]] = [
    ("POST", "/notes", json.dumps({"text": "a\0b"}), JSON, "/text"),
    ("POST", "/notes", json.dumps({"text": [{"deep": "\0"}]}), JSON, "/text/0/deep"),
    ("POST", "/notes", json.dumps({"text": 1, "na\0me": 1}), JSON, "/?"),
    ("POST", "/notes", '{"text": "a backslash \\\\\\u0000"}', JSON, "/text"),
    ("POST", "/notes", json.dumps({"text": "\0"}), "application/problem+json", "/text"),
    ("POST", "/forms", "text=a%00b", FORM, ""),
    ("GET", "/notes/a%00b", "", JSON, ""),
    ("GET", "/notes/a?wanted=%00", "", JSON, ""),
]


@pytest.mark.parametrize(("method", "path", "body", "media", "pointer"), REFUSED)
async def test_a_nul_character_is_refused(
    method: str, path: str, body: str, media: str, pointer: str
) -> None:
    """With its place, and without repeating what stood around it."""
    answer = await ask(method, path, body, media)
    assert answer.status_code == 422, answer.text
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, "nul_character")


TAKEN: list[tuple[str, str, str, str]] = [
    ("POST", "/notes", '{"text": "a backslash and \\\\u0000 as letters"}', JSON),
    ("POST", "/notes", json.dumps({"text": "\u0001\u2400"}), JSON),
    ("POST", "/forms", "text=100%2500", FORM),
    ("GET", "/notes/a?wanted=%2500", "", JSON),
]


@pytest.mark.parametrize(("method", "path", "body", "media"), TAKEN)
async def test_what_only_looks_like_one_is_taken(
    method: str, path: str, body: str, media: str
) -> None:
    """Somebody may write about them."""
    assert (await ask(method, path, body, media)).status_code == 200


async def test_what_is_not_json_is_told_so() -> None:
    """Not that it holds a NUL character."""
    assert (await ask("POST", "/notes", '{"text": "\\u0000"')).status_code == 400


async def test_the_list_of_places_ends() -> None:
    """A body full of them is answered shortly."""
    answer = await ask("POST", "/notes", json.dumps({"text": ["\0"] * 9_000}))
    assert (answer.status_code, len(answer.json()["errors"])) == (422, MAX_ERRORS)


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/notes/a?want=1", "wanted"),
        ("/notes/a?wanted=1&limit=2", "wanted"),
        ("/plain?a=1", "none"),
    ],
)
async def test_an_unknown_query_parameter_is_named(path: str, known: str) -> None:
    """With those that there are; its value is not repeated."""
    answer = await ask("GET", path)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["code"]) == (422, "unknown_parameter")
    assert error["pointer"] in ("/want", "/limit", "/a")
    assert known in error["hint"]


async def test_known_query_parameters_are_taken() -> None:
    """Given once, twice, or empty."""
    for query in ("", "?", "?wanted=", "?wanted=1&wanted=2"):
        assert (await ask("GET", f"/notes/a{query}")).status_code == 200
