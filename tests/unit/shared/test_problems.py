"""Problem documents: which field, what to do, and nothing of what was sent."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.spine.toy import NoteIn

from shared import problems
from shared.errors import Overloaded

CANARY = "Canary7391"
app = FastAPI()
problems.install(app, max_body_bytes=10_000)


@app.post("/notes/{number}")
async def write_note(number: int, body: NoteIn, since: int = 0) -> dict[str, str]:
    return {"answer": "ok"}


@app.get("/fail/{kind}")
async def fail(kind: str, request: Request) -> None:
    raise {"bug": ValueError, "outage": ConnectionError, "busy": Overloaded}[kind](CANARY)


@pytest.fixture
def client() -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://problems.test")


words = st.builds(lambda before, after: before + CANARY + after, st.text("x é'", max_size=3),
                  st.text("-0", max_size=2))  # fmt: skip
anything: st.SearchStrategy[Any] = st.recursive(
    words | st.none() | st.booleans() | st.floats(allow_nan=False) | st.just(7391_7391_7391),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=5,
)
FIELDS = [*NoteIn.model_fields, "unknown_field"]
bodies = st.dictionaries(st.sampled_from(FIELDS), anything) | anything


@given(body=bodies, at=words, since=words)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_value_is_ever_echoed(
    client: httpx.AsyncClient, body: Any, at: str, since: str
) -> None:
    """Whatever is wrong, wherever: body, path, query, header."""
    answer = await client.post(
        f"/notes/{at}", content=json.dumps(body), params={"since": since},
        headers={"content-type": "application/json", "x-name": CANARY},
    )  # fmt: skip
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert CANARY not in answer.text
    assert "739173917391" not in answer.text
    assert CANARY not in str(answer.headers)


async def test_each_wrong_field_has_its_pointer_and_a_hint(client: httpx.AsyncClient) -> None:
    """RFC 6901 pointers into the body."""
    body = {"subject": "OK", "number": -1, "at": "2026-02-03T01:10:00", "extra": 1,
            "people": [{}, {"dob": "x"}], "tags": {"John Smith": "x"}}  # fmt: skip
    answer = await client.post("/notes/1", json=body)
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/subject", "/number", "/at", "/extra", "/people/1/dob", "/tags/?"}
    assert all(error["hint"] and error["code"] for error in answer.json()["errors"])


@pytest.mark.parametrize(
    ("content", "status"), [(b"{", 400), (b"\xff", 400), (b"x" * 20_000, 413), (b"", 422)]
)
async def test_a_body_that_cannot_be_read(
    client: httpx.AsyncClient, content: bytes, status: int
) -> None:
    """Malformed JSON 400, too large 413, none at all 422; always a problem document."""
    answer = await client.post(
        "/notes/1", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/fail/bug", 500), ("/fail/outage", 503), ("/fail/busy", 503), ("/nowhere", 404),
     ("/0192f0c1-7c7e-7000-8000-00000000dead", 404), ("/notes/1", 405)],
)  # fmt: skip
async def test_every_failure_is_a_problem_document(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    """Also those that nobody expected, and those of the framework."""
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status
    assert found["type"].startswith("/problems/")
    if status == 503 and "outage" in path:
        assert answer.headers["retry-after"]
        assert CANARY not in answer.text
