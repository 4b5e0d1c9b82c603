"""Referrals: taken once, seen little by agencies, moved on by what casework publishes."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.integration.answers import headers_seen
from tests.integration.conftest import OpenStage
from tests.integration.referral.bodies import REFERRAL, referral

from referral.referrals import records
from referral.referrals.commands import ReferPerson
from shared.events import IntakeCompleted, ParticipantEnrolled, ParticipantReferred
from shared.reports import read_report
from shared.testing import Stage

Headers = Callable[..., dict[str, str]]


def completed(stage: Stage, key: str) -> IntakeCompleted:
    """What casework publishes when the interview is done."""
    now = stage.clock.now()
    return IntakeCompleted(
        site="king-county", subject=key, occurred_at=now, intake_id=uuid4(), completed_at=now
    )


def enrolled(stage: Stage, key: str) -> ParticipantEnrolled:
    """What casework publishes when the person became a participant."""
    now = stage.clock.now()
    return ParticipantEnrolled(site="king-county", subject=key, occurred_at=now, enrolled_at=now)


async def refer(stage: Stage, officer: dict[str, str], **changes: Any) -> tuple[str, str]:
    """Post a referral; returns its id and the participant key, which only the event tells."""
    answer = await stage.client.post("/v1/referrals", json=referral(**changes), headers=officer)
    assert answer.status_code == 201, answer.text
    events = await stage.published(ParticipantReferred)
    referral_id = answer.json()["id"]
    return referral_id, next(e.subject for e in events if str(e.referral_id) == referral_id)


async def test_a_referral_is_taken_and_published(open_stage: OpenStage, headers: Headers) -> None:
    """The answer has no participant key; the row has nothing that names anybody."""
    async with open_stage("referral") as stage:
        officer = headers("agency-reporter", sources=["rms-spd"])
        answer = await stage.client.post("/v1/referrals", json=referral(), headers=officer)
        body = answer.json()
        assert (answer.status_code, body["state"]) == (201, "received")
        assert body.keys() == {"id", "state", "links"}
        [event] = await stage.published(ParticipantReferred)
        assert (str(event.referral_id), event.person.given) == (body["id"], "Samuel")
        assert event.subject not in answer.text
        stored = json.dumps(await stage.rows("SELECT r::text FROM referral r"))
        for secret in ("Testperson", "Rivera", "1980-01-02", "2026-000123", "substance"):
            assert secret not in stored
        shown = await stage.client.get(body["links"]["self"], headers=officer)
        assert shown.json() == body


async def test_the_same_referral_again_is_the_same_answer(
    open_stage: OpenStage, headers: Headers
) -> None:
    """By record, by key, and ten at once; other content is a conflict."""
    async with open_stage("referral") as stage:
        officer = headers("agency-reporter", sources=["rms-spd"])
        keyed = officer | {"Idempotency-Key": "k"}
        posts = [
            stage.client.post("/v1/referrals", json=referral(), headers=officer) for _ in range(10)
        ]
        answers = await asyncio.gather(*posts)
        for _ in range(2):
            answers.append(await stage.client.post("/v1/referrals", json=referral(), headers=keyed))
        assert sorted(answer.status_code for answer in answers) == [200] * 11 + [201]
        assert len({answer.text for answer in answers}) == 1
        other = await stage.client.post(
            "/v1/referrals", json=referral(person_response="undecided"), headers=officer
        )
        assert (other.status_code, other.json()["type"]) == (409, "/problems/referral-contradicted")
        assert len(await stage.published(ParticipantReferred)) == 1


async def test_another_spelling_is_the_same_referral(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Also against the digest that an earlier release kept."""
    async with open_stage("referral") as stage:
        officer = headers("agency-reporter", sources=["rms-spd"])
        spelled = referral(
            occurred_at="2026-02-03T09:10:00.000Z",
            person=REFERRAL["person"] | {"given": "Samuel\u200b", "middle": None, "aliases": []},
        )
        first = await stage.client.post("/v1/referrals", json=referral(), headers=officer)
        again = await stage.client.post("/v1/referrals", json=spelled, headers=officer)
        assert (first.status_code, again.status_code) == (201, 200)
        async with stage.runtime.database.transaction() as tx:
            content = records.content_of(read_report(ReferPerson, first.request.content, tx.now))
            earlier = tx.ring.digest("content", content)
            await tx.raw.execute("UPDATE referral SET content_digest = $1", earlier)
        upgraded = await stage.client.post("/v1/referrals", json=referral(), headers=officer)
        assert (upgraded.status_code, upgraded.json()) == (200, first.json())


CALLERS: list[tuple[str, dict[str, Any], int]] = [
    ("agency-reporter", {"sources": ["jms-county-a"]}, 403),
    ("agency-reporter", {"site": "santa-fe", "sources": ["rms-spd"]}, 403),
    ("agency-reporter", {"sources": ["rms-spd"]}, 201),
    ("referral-desk", {"site": "santa-fe"}, 403),
    ("referral-desk", {}, 201),
    ("case-manager", {}, 403),
]


async def test_who_may_refer(open_stage: OpenStage, headers: Headers) -> None:
    """Agencies for their own systems; the desk for anybody at its site."""
    async with open_stage("referral") as stage:
        statuses = []
        for number, (role, claims, _) in enumerate(CALLERS):
            body, caller = referral(source_record_id=f"R-{number}"), headers(role, **claims)
            answer = await stage.client.post("/v1/referrals", json=body, headers=caller)
            statuses.append(answer.status_code)
        assert statuses == [status for _, _, status in CALLERS]


async def test_a_faulty_referral_keeps_nothing(open_stage: OpenStage, headers: Headers) -> None:
    """The same rules as for reports, on this door too."""
    async with open_stage("referral") as stage:
        officer = headers("agency-reporter", sources=["rms-spd"]) | {"Idempotency-Key": "k"}
        child = referral(person={"surname": "Canary", "dob": "2015-01-01"})
        answer = await stage.client.post("/v1/referrals", json=child, headers=officer)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "under_18"
        assert "Canary" not in answer.text
        # The key was not used up by the refusal.
        answer = await stage.client.post("/v1/referrals", json=referral(), headers=officer)
        assert answer.status_code == 201


async def test_casework_moves_a_referral_on_and_the_agency_cannot_tell(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The desk sees how far somebody came; the agency's answer does not change by a byte (R-10)."""
    async with open_stage("referral") as stage:
        officer, desk = headers("agency-reporter", sources=["rms-spd"]), headers("referral-desk")
        referral_id, key = await refer(stage, officer)
        path = f"/v1/referrals/{referral_id}"
        before = await stage.client.get(path, headers=officer)
        seen = []
        for event in (completed(stage, key), enrolled(stage, key), completed(stage, key)):
            await stage.deliver_and_handle(event)
            seen.append((await stage.client.get(path, headers=desk)).json()["state"])
        assert seen == ["intake_completed", "enrolled", "enrolled"]
        after = await stage.client.get(path, headers=officer)
        assert (after.text, headers_seen(after)) == (before.text, headers_seen(before))


async def test_news_of_an_unknown_person_is_none_of_referrals_business(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A file that was opened another way has no referral; no dead letter comes of it."""
    async with open_stage("referral") as stage:
        await stage.deliver_and_handle(enrolled(stage, "p_unknown"))
        assert await stage.rows("SELECT * FROM dead_letter") == []


async def test_the_desk_sees_what_the_agency_wrote(open_stage: OpenStage, headers: Headers) -> None:
    """Name and callback are needed for a warm handoff; the list goes without them."""
    async with open_stage("referral") as stage:
        officer, desk = headers("agency-reporter", sources=["rms-spd"]), headers("referral-desk")
        referral_id, key = await refer(stage, officer)
        shown = (await stage.client.get(f"/v1/referrals/{referral_id}", headers=desk)).json()
        assert shown["participant_key"] == key
        assert shown["referral"]["referrer"]["callback"] == "+12065550100"
        listed = await stage.client.get("/v1/referrals", headers=desk)
        assert listed.json()["items"][0]["participant_key"] == key
        assert "Testperson" not in listed.text


async def test_others_do_not_find_a_referral(open_stage: OpenStage, headers: Headers) -> None:
    """Another agency, another site: as if it were not there."""
    async with open_stage("referral") as stage:
        officer = headers("agency-reporter", sources=["rms-spd"])
        referral_id, _ = await refer(stage, officer)
        answers = {}
        for name, caller in {
            "other source": headers("agency-reporter", sources=["jms-county-a"]),
            "same agency": headers("agency-reporter", agency="WASPD0000"),
            "other site": headers("referral-desk", site="santa-fe"),
        }.items():
            answer = await stage.client.get(f"/v1/referrals/{referral_id}", headers=caller)
            answers[name] = answer.status_code
        assert answers == {"other source": 404, "same agency": 200, "other site": 404}


async def test_the_list_is_filtered_and_paged(open_stage: OpenStage, headers: Headers) -> None:
    """Newest first, by state, within the caller's sites."""
    async with open_stage("referral") as stage:
        officer, desk = headers("agency-reporter", sources=["rms-spd"]), headers("referral-desk")
        made = [(await refer(stage, officer, source_record_id=f"R-{n}")) for n in range(3)]
        await stage.deliver_and_handle(completed(stage, made[0][1]))
        get = stage.client.get
        page = (await get("/v1/referrals?limit=2", headers=desk)).json()
        assert [item["id"] for item in page["items"]] == [made[2][0], made[1][0]]
        rest = await get(f"/v1/referrals?limit=2&cursor={page['next']}", headers=desk)
        assert [item["id"] for item in rest.json()["items"]] == [made[0][0]]
        assert rest.json()["next"] is None
        moved = (await get("/v1/referrals?state=intake_completed", headers=desk)).json()["items"]
        assert [item["id"] for item in moved] == [made[0][0]]
        other = await get("/v1/referrals", headers=headers("referral-desk", site="santa-fe"))
        assert other.json()["items"] == []


async def test_withdrawing_tells_the_agency_nothing(
    open_stage: OpenStage, headers: Headers
) -> None:
    """It succeeds for the enrolled too, whose enrollment stands; a second time it is a conflict."""
    async with open_stage("referral") as stage:
        officer, desk = headers("agency-reporter", sources=["rms-spd"]), headers("referral-desk")
        waiting, _ = await refer(stage, officer, source_record_id="R-1")
        participant, key = await refer(stage, officer, source_record_id="R-2")
        await stage.deliver_and_handle(enrolled(stage, key))
        states = []
        for referral_id in (waiting, participant):
            path = f"/v1/referrals/{referral_id}"
            first = await stage.client.post(f"{path}/withdraw", headers=officer)
            again = await stage.client.post(f"{path}/withdraw", headers=officer)
            assert (first.status_code, first.json()["state"]) == (200, "withdrawn")
            assert again.status_code == 409
            states.append((await stage.client.get(path, headers=desk)).json()["state"])
        assert states == ["withdrawn", "enrolled"]


async def test_the_desk_closes_what_it_has_read(open_stage: OpenStage, headers: Headers) -> None:
    """With `If-Match`, news that came in between is noticed."""
    async with open_stage("referral") as stage:
        officer, desk = headers("agency-reporter", sources=["rms-spd"]), headers("referral-desk")
        referral_id, key = await refer(stage, officer)
        path = f"/v1/referrals/{referral_id}"
        read = {"If-Match": (await stage.client.get(path, headers=desk)).headers["etag"]}
        await stage.deliver_and_handle(completed(stage, key))
        body = {"reason": "handed_off"}
        stale = await stage.client.post(f"{path}/close", json=body, headers=desk | read)
        assert stale.status_code == 412
        fresh = {"If-Match": (await stage.client.get(path, headers=desk)).headers["etag"]}
        closed = await stage.client.post(f"{path}/close", json=body, headers=desk | fresh)
        assert (closed.status_code, closed.json()["state"]) == (200, "closed")
        again = await stage.client.post(f"{path}/close", json=body, headers=desk)
        assert again.status_code == 409
        by_officer = await stage.client.post(f"{path}/close", json=body, headers=officer)
        assert by_officer.status_code == 403
        assert "handed_off" not in (await stage.client.get(path, headers=officer)).text
