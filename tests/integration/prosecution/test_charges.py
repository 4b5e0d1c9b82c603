"""Charges come in by the same rules as contacts."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from tests.integration.conftest import OpenStage

from shared.events import NewChargeFiled

Headers = Callable[..., dict[str, str]]
SOURCE = ["pcms-kcpao"]
CHARGE: dict[str, Any] = {
    "site": "king-county",
    "source_system": "pcms-kcpao",
    "source_record_id": "26-1-00456-3/1",
    "record_version": 1,
    "kind": "filed",
    "cause_number": "26-1-00456-3",
    "incident_number": "2025-998877",
    "incident_at": "2025-10-01T10:00:00-07:00",
    "filed_at": "2026-03-05T09:00:00-08:00",
    "court": "King County District",
    "person": {"given": "Samuel", "surname": "Testperson", "dob": "1980-01-02"},
    "charges": [{"seq": 1, "statute": "RCW 9A.56.050", "text": "Theft 3"}],
    "next_court": {"court": "King County District", "at": "2026-03-19T09:00:00-07:00"},
}


async def test_a_charge_becomes_a_sealed_event(open_stage: OpenStage, headers: Headers) -> None:
    """The filing is when it happened; the person stands nowhere in the clear."""
    async with open_stage("prosecution-hook") as stage:
        prosecutor = headers("prosecutor-system", sources=SOURCE)
        answer = await stage.client.post("/v1/charges", json=CHARGE, headers=prosecutor)
        assert answer.status_code == 202
        [event] = await stage.published(NewChargeFiled)
        assert answer.json() == {"receipt": str(event.receipt)}
        assert (event.occurred_at, event.person.surname) == (event.filed_at, "Testperson")
        rows = await stage.rows("SELECT convert_from(payload, 'UTF8') AS text, headers FROM outbox")
        assert "Testperson" not in json.dumps(rows)


async def test_repeats_and_contradictions(open_stage: OpenStage, headers: Headers) -> None:
    """Twenty at once are one event; other content is a conflict."""
    async with open_stage("prosecution-hook") as stage:
        court = headers("court-system", sources=SOURCE)
        posts = (stage.client.post("/v1/charges", json=CHARGE, headers=court) for _ in range(20))
        answers = await asyncio.gather(*posts)
        assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
        other = CHARGE | {"cause_number": "26-1-99999-9"}
        conflict = await stage.client.post("/v1/charges", json=other, headers=court)
        assert conflict.status_code == 409
        assert len(await stage.published(NewChargeFiled)) == 1


async def test_a_referred_charge_may_be_sent_again_later(
    open_stage: OpenStage, headers: Headers
) -> None:
    """It has no time of its own; the time of its arrival is not its content."""
    async with open_stage("prosecution-hook") as stage:
        prosecutor = headers("prosecutor-system", sources=SOURCE)
        referred = CHARGE | {"kind": "referred", "filed_at": None}
        first = await stage.client.post("/v1/charges", json=referred, headers=prosecutor)
        again = await stage.client.post("/v1/charges", json=referred, headers=prosecutor)
        assert (again.status_code, again.text) == (202, first.text)
        contradicted = referred | {"incident_at": None}
        other = await stage.client.post("/v1/charges", json=contradicted, headers=prosecutor)
        assert other.status_code == 409


async def test_callers_and_bodies_are_checked(open_stage: OpenStage, headers: Headers) -> None:
    """Role, site and source; then JSON, then fields."""
    async with open_stage("prosecution-hook") as stage:
        cases: list[tuple[dict[str, str], str, int]] = [
            (headers("agency-reporter", sources=SOURCE), json.dumps(CHARGE), 403),
            (headers("court-system", sources=["other"]), json.dumps(CHARGE), 403),
            (headers("court-system", "santa-fe", sources=SOURCE), json.dumps(CHARGE), 403),
            (headers("court-system", sources=SOURCE), "{", 400),
            (headers("court-system", sources=SOURCE), json.dumps(CHARGE | {"ncic": 1}), 422),
            (headers("court-system", sources=SOURCE), json.dumps(CHARGE | {"filed_at": None}), 422),
        ]
        for caller, body, status in cases:
            answer = await stage.client.post("/v1/charges", content=body, headers=caller)
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
        large = await stage.client.post("/v1/charges", content=b" " * 1_048_577, headers=caller)
        assert large.status_code == 413
        assert await stage.published(NewChargeFiled) == []


async def test_a_batch_answers_per_line(open_stage: OpenStage, headers: Headers) -> None:
    """One bad line harms no other."""
    async with open_stage("prosecution-hook") as stage:
        court = headers("court-system", sources=SOURCE)
        lines = [CHARGE, CHARGE | {"kind": "rumored"}, CHARGE | {"source_record_id": "2"}]
        answer = await stage.client.post(
            "/v1/charges:batch", content="\n".join(map(json.dumps, lines)), headers=court
        )
        answers = [json.loads(line) for line in answer.text.splitlines()]
        assert [(a["line"], a["status"]) for a in answers] == [(1, 202), (2, 422), (3, 202)]
        assert len(await stage.published(NewChargeFiled)) == 2
