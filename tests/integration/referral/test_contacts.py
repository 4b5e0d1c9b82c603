"""Contacts come in: accepted, repeated, contradicted, refused; and nobody learns about anybody."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.answers import headers_seen
from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import CONTACT, contact

from shared.events import ContactReported

Headers = Callable[..., dict[str, str]]
SOURCE = ["jms-county-a"]


async def test_a_contact_becomes_a_sealed_event(open_stage: OpenStage, headers: Headers) -> None:
    """The receipt is the event's; what names the person stands nowhere in the clear."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        # Words that no digest and no random id can hold.
        number = [{"system": "spd-local", "value": "ZKQ1629004W"}]
        person = CONTACT["person"] | {"identifiers": number}
        body = contact(person=person, location={"text": "Quillfeather Lane"})
        answer = await stage.client.post("/v1/contacts", json=body, headers=jail)
        assert answer.status_code == 202
        [event] = await stage.published(ContactReported)
        assert answer.json() == {"receipt": str(event.receipt)}
        assert event.person.surname == "Testperson"
        assert (event.facility, event.place) == ("County A Main", "Quillfeather Lane")
        rows = await stage.rows("SELECT o::text, i::text AS intake FROM outbox o, intake i")
        stored = json.dumps(rows)
        for secret in ("Testperson", "1980-01-02", "ZKQ1629004W", "Quillfeather"):
            assert secret.encode().hex() not in stored
            assert secret not in stored
        # The record's number is the Kafka key, and so on its row; the digest table has none.
        assert "BK-0001234" not in json.dumps([row["intake"] for row in rows])


async def test_the_same_again_is_the_same_receipt(open_stage: OpenStage, headers: Headers) -> None:
    """Whether with the same Idempotency-Key, with another, or without."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        answers = [
            await stage.client.post("/v1/contacts", json=contact(), headers=jail | extra)
            for extra in ({}, {"Idempotency-Key": "a"}, {"Idempotency-Key": "a"}, {})
        ]
        assert len({(a.status_code, a.text, headers_seen(a)) for a in answers}) == 1
        assert len(await stage.published(ContactReported)) == 1


SPELLINGS: list[dict[str, Any]] = [
    {},
    {"occurred_at": "2026-03-03T12:05:00Z"},
    {"occurred_at": "2026-03-03T12:05:00.000+00:00"},
    {"person": CONTACT["person"] | {"given": "Sam\u200b", "surname": "\tTestperson "}},
    {
        "person": CONTACT["person"] | {"aliases": []},
        "location": {"text": "3rd &\r\nPine", "beat": "K3"},
    },
    {"next_court": {"at": "2026-03-04T21:30:00Z", "court": "Municipal"}},
]


async def test_another_spelling_is_the_same_receipt(
    open_stage: OpenStage, headers: Headers
) -> None:
    """One by one and in a batch: the moment, the letters and the white space say the same."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        bodies = [contact(**changes) for changes in SPELLINGS]
        answers = [await stage.client.post("/v1/contacts", json=b, headers=jail) for b in bodies]
        lines = "\n".join(json.dumps(body) for body in bodies)
        batch = await stage.client.post("/v1/contacts:batch", content=lines, headers=jail)
        receipts = [answer.json().get("receipt") for answer in answers]
        receipts += [json.loads(line).get("receipt") for line in batch.text.splitlines()]
        assert len(receipts) == 2 * len(SPELLINGS)
        assert set(receipts) == {receipts[0]}
        assert len(await stage.published(ContactReported)) == 1


async def test_the_longest_report_is_taken_whole(open_stage: OpenStage, headers: Headers) -> None:
    """Every list at its limit, in letters of four bytes: one event, complete. More is refused."""
    letter = "\U00020000"
    person = CONTACT["person"] | {
        "surname": letter * 200,
        "aliases": [letter * 150 + chr(0x4E00 + n) for n in range(100)],
        "identifiers": [{"system": "s" * 40, "value": f"{n:059}1"} for n in range(1, 101)],
    }
    charge = {"statute": letter * 20, "text": letter * 70, "severity": letter * 5}
    charges = [{"seq": n + 1} | charge for n in range(200)]
    long = contact(person=person, charges=charges, location={"text": letter * 1_000})
    larger = contact(charges=[one | {"text": letter * 300} for one in charges])
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        content, too_much = (json.dumps(b, ensure_ascii=False).encode() for b in (long, larger))
        assert len(content) > 160_000
        answer = await stage.client.post("/v1/contacts", content=content, headers=jail)
        refused = await stage.client.post("/v1/contacts", content=too_much, headers=jail)
        assert answer.status_code == 202, answer.text
        assert refused.json()["errors"][0]["code"] == "report_too_large"
        (event,) = await stage.published(ContactReported)
        assert (len(event.charges), len(event.person.aliases)) == (200, 100)
        assert event.charges[-1].text == letter * 70


async def test_fifty_at_once_are_one_event(open_stage: OpenStage, headers: Headers) -> None:
    """A sender that repeats itself impatiently makes one report."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        posts = (stage.client.post("/v1/contacts", json=contact(), headers=jail) for _ in range(50))
        answers = await asyncio.gather(*posts)
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.text for answer in answers}) == 1
        assert len(await stage.published(ContactReported)) == 1


async def test_other_content_is_a_conflict_and_a_new_version_is_not(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A correction must say that it is one."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        release = contact(contact_type="release")
        first = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        other = await stage.client.post("/v1/contacts", json=release, headers=jail)
        newer = await stage.client.post(
            "/v1/contacts", json=release | {"record_version": 2, "supersedes": 1}, headers=jail
        )
        assert [a.status_code for a in (first, other, newer)] == [202, 409, 202]
        assert other.json()["type"] == "/problems/record-contradicted"
        assert first.json() != newer.json()
        events = await stage.published(ContactReported)
        assert [event.supersedes for event in events] == [None, 1]


async def test_a_key_serves_one_record(open_stage: OpenStage, headers: Headers) -> None:
    """A sender that mixes up its keys is told, and nothing is taken for something else."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE) | {"Idempotency-Key": "k"}
        await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        other = contact(source_record_id="BK-2")
        answer = await stage.client.post("/v1/contacts", json=other, headers=jail)
        assert answer.status_code == 422
        assert answer.json()["type"] == "/problems/key-used-for-another-record"
        assert len(await stage.published(ContactReported)) == 1


CALLERS: list[tuple[str, dict[str, Any], int]] = [
    ("agency-reporter", {"sources": SOURCE}, 202),
    ("agency-reporter", {"sources": ["rms-spd"]}, 403),
    ("agency-reporter", {"sources": []}, 403),
    ("agency-reporter", {"site": "santa-fe", "sources": SOURCE}, 403),
    ("prosecutor-system", {"sources": SOURCE}, 403),
    ("case-manager", {"sources": SOURCE}, 403),
]


async def test_callers_report_for_their_own_site_and_sources(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Role, site and source system come from the token; on both doors."""
    async with open_stage("referral") as stage:
        for path, number in (("/v1/contacts", "BK-1"), ("/v1/contacts:batch", "BK-2")):
            body = json.dumps(contact(source_record_id=number))
            statuses = []
            for role, claims, _ in CALLERS:
                caller = headers(role, **claims)
                answer = await stage.client.post(path, content=body, headers=caller)
                statuses.append(answer.json().get("status") or answer.status_code)
            assert statuses == [status for _, _, status in CALLERS]
        assert len(await stage.published(ContactReported)) == 2


async def test_without_a_token_nothing_is_read(open_stage: OpenStage) -> None:
    """401 comes before anything about the body."""
    async with open_stage("referral") as stage:
        answer = await stage.client.post("/v1/contacts", content=b"{")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_refusal_names_the_field_and_repeats_nothing(
    open_stage: OpenStage, headers: Headers, capsys: pytest.CaptureFixture[str]
) -> None:
    """400 and 422 leave as problem documents, and not a value reaches an answer or a log."""
    async with open_stage("referral", log_level="DEBUG") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        person = {"surname": "Canary", "diagnosis": "canary", "age_from": "canary"}
        bad = await stage.client.post("/v1/contacts", json=contact(person=person), headers=jail)
        assert bad.status_code == 422
        assert bad.headers["content-type"] == "application/problem+json"
        found = {(error["pointer"], error["code"]) for error in bad.json()["errors"]}
        assert found == {
            ("/person/age_from", "int_type"),
            ("/person/diagnosis", "health_information_refused"),
        }
        broken = await stage.client.post("/v1/contacts", content=b'{"canary', headers=jail)
        assert broken.status_code == 400
        logs = "".join(capsys.readouterr())
        assert "canary" not in (bad.text + broken.text + logs).lower()
        assert await stage.published(ContactReported) == []


async def test_a_body_over_one_mebibyte_is_too_large(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Before it is parsed."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        for path in ("/v1/contacts", "/v1/contacts:batch"):
            answer = await stage.client.post(path, content=b" " * 1_048_577, headers=jail)
            assert answer.status_code == 413


async def test_too_many_waiting_are_sent_away(open_stage: OpenStage, headers: Headers) -> None:
    """503 and when to come back; a report that was refused so was not taken."""
    async with open_stage("referral", intake_queue_limit=0) as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        answer = await stage.client.post("/v1/contacts", json=contact(), headers=jail)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        [line] = (
            await stage.client.post("/v1/contacts:batch", json=contact(), headers=jail)
        ).text.splitlines()
        assert json.loads(line)["status"] == 503
        assert await stage.published(ContactReported) == []


async def test_the_answer_is_the_same_whoever_it_is_about(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Same status, same members, same headers; only the receipt is another (R-09)."""
    async with open_stage("referral") as stage:
        jail = headers("agency-reporter", sources=SOURCE)
        stranger = contact(
            source_record_id="BK-9", person={"surname": "Unknown", "dob": "1990-05-05"}
        )
        answers = [
            await stage.client.post("/v1/contacts", json=body, headers=jail)
            for body in (contact(), stranger)
        ]
        shapes = [(a.status_code, headers_seen(a), list(a.json()), len(a.text)) for a in answers]
        assert shapes[0] == shapes[1]
        assert {name for name, _ in headers_seen(answers[0])} == {
            "content-length",
            "content-type",
            "ratelimit-limit",
        }


async def test_the_document_shows_body_answer_and_problems(open_stage: OpenStage) -> None:
    """The body is read by hand, and documented all the same; every reference resolves."""
    async with open_stage("referral") as stage:
        document = (await stage.client.get("/openapi.json")).json()
        post = document["paths"]["/v1/contacts"]["post"]
        body = post["requestBody"]["content"]["application/json"]["schema"]
        assert body == {"$ref": "#/components/schemas/ReportContact"}
        assert {"202", "400", "403", "409", "422", "503"} <= post["responses"].keys()
        text, schemas = json.dumps(document), document["components"]["schemas"]
        used = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
        assert used <= schemas.keys()
        assert "$defs" not in text
