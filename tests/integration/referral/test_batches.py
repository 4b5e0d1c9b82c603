"""Batches of contacts: a line per line."""

import json
from collections.abc import Callable
from typing import Any

from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import contact

from shared.events import ContactReported
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]


async def post(stage: Stage, headers: dict[str, str], lines: list[Any]) -> list[dict[str, Any]]:
    """Send the lines (text as it is, the others as JSON) and read the answer's lines."""
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    media = {"Content-Type": "application/x-ndjson"}
    answer = await stage.client.post(
        "/v1/contacts:batch", content="\n".join(texts), headers=headers | media
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_each_line_has_its_own_answer(open_stage: OpenStage, headers: Headers) -> None:
    """In order, numbered as in the file; one bad line harms no other."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        answers = await post(
            stage,
            jail,
            [
                contact(),
                "",
                contact(source_record_id="BK-2", person={"surname": "T", "dob": "2020-01-01"}),
                "{broken",
                contact(source_record_id="BK-3", site="santa-fe"),
                contact(source_record_id="BK-4", source_system="rms-spd"),
                contact(),
                contact(contact_type="release"),
                contact(source_record_id="BK-5"),
                "",
            ],
        )
        assert [(answer["line"], answer["status"]) for answer in answers] == [
            (1, 202),
            (3, 422),
            (4, 400),
            (5, 403),
            (6, 403),
            (7, 202),
            (8, 409),
            (9, 202),
        ]
        assert answers[0].keys() == {"line", "status", "receipt"}
        assert answers[0]["receipt"] == answers[5]["receipt"]
        assert answers[1]["errors"][0] | {"hint": ""} == {
            "pointer": "/person/dob",
            "code": "under_18",
            "hint": "",
        }
        records = {event.source_record_id for event in await stage.published(ContactReported)}
        assert records == {"BK-0001234", "BK-5"}


async def test_lines_share_commits(open_stage: OpenStage, headers: Headers) -> None:
    """A thousand lines are a handful of transactions, in the file's order."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        lines = [contact(source_record_id=f"BK-{n}") for n in range(500)]
        answers = await post(stage, jail, lines)
        assert {answer["status"] for answer in answers} == {202}
        [row] = await stage.rows("SELECT count(DISTINCT xmin::text) AS commits FROM intake")
        assert row["commits"] <= 25
        events = await stage.published(ContactReported)
        assert [event.source_record_id for event in events] == [f"BK-{n}" for n in range(500)]


async def test_a_batch_again_is_the_same_receipts(open_stage: OpenStage, headers: Headers) -> None:
    """A file that is sent twice doubles nothing, with an Idempotency-Key or without."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        lines = [contact(source_record_id=f"BK-{n}") for n in range(3)]
        first = await post(stage, jail | {"Idempotency-Key": "file-1"}, lines)
        assert await post(stage, jail | {"Idempotency-Key": "file-1"}, lines) == first
        assert await post(stage, jail, lines) == first
        assert len(await stage.published(ContactReported)) == 3


async def test_a_batch_has_a_limit(open_stage: OpenStage, headers: Headers) -> None:
    """Of lines, too; nothing of a batch that is too long is taken."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=["jms-county-a"])
        answer = await stage.client.post("/v1/contacts:batch", content="{}\n" * 1_001, headers=jail)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "too_many_lines"
        assert await post(stage, jail, [""]) == []
