"""Files by REST: versions, enrollment, plans, status, timeline."""

from datetime import timedelta

from tests.integration.casework.builders import (
    Headers,
    booking,
    consent,
    enroll,
    intake,
    now,
    numbered,
    open_a_file,
    post,
    referred,
    tables_containing,
)
from tests.integration.conftest import OpenStage

from shared.events import (
    ConsentGranted,
    ConsentRevoked,
    IntakeCompleted,
    ParticipantEnrolled,
    PlanUpdated,
)


async def test_enrollment_needs_both_and_happens_once(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A release without intake does not enroll; intake after it does; nothing enrolls again."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        alice = headers("case-manager", sub="alice")
        file = f"/v1/participants/{key}"
        await post(stage, f"{file}/consents", consent(), alice)
        assert await stage.published(ParticipantEnrolled) == []
        answer = await post(stage, f"{file}/intake", intake(), alice)
        assert answer["state"] == "active"
        await post(stage, f"{file}/consents", consent(), alice)
        again = await stage.client.post(f"{file}/intake", json=intake(), headers=alice)
        assert again.json()["type"] == "/problems/intake-already-completed"
        assert len(await stage.published(ParticipantEnrolled)) == 1
        assert len(await stage.published(IntakeCompleted)) == 1
        assert len(await stage.published(ConsentGranted)) == 2


async def test_a_release_that_begins_later_enrolls_on_its_day(
    open_stage: OpenStage, headers: Headers
) -> None:
    """No release is in force before its first day."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        alice = headers("case-manager", sub="alice")
        file = f"/v1/participants/{key}"
        body = consent() | {"effective_from": (now() + timedelta(days=3)).date().isoformat()}
        await post(stage, f"{file}/consents", body, alice)
        await post(stage, f"{file}/intake", intake(), alice)
        await stage.pass_time(timedelta(days=1))
        assert await stage.published(ParticipantEnrolled) == []
        await stage.pass_time(timedelta(days=3))
        assert len(await stage.published(ParticipantEnrolled)) == 1


async def test_a_release_is_revoked_once_even_after_exit(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Taking it back twice is one fact; a revoked release enrolls nobody."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        alice = headers("case-manager", sub="alice")
        file = f"/v1/participants/{key}"
        signed = await post(stage, f"{file}/consents", consent(), alice)
        path = f"/v1/consents/{signed['id']}/revocation"
        status = {"state": "exited", "reason": "by_participant"}
        await post(stage, f"{file}/status", status, alice)
        first = await post(stage, path, None, alice)
        assert first["revoked_at"]
        assert (await post(stage, path, None, alice)) == first
        [revoked] = await stage.published(ConsentRevoked)
        assert str(revoked.consent_id) == signed["id"]
        theirs = headers("case-manager", "santa-fe")
        assert (await stage.client.post(path, headers=theirs)).status_code == 404


async def test_a_plan_is_sealed_and_only_an_agreed_one_is_told(
    open_stage: OpenStage, headers: Headers
) -> None:
    """R-14: drafts are silent, agreed versions name domains, statements stay sealed at rest."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        alice = headers("case-manager", sub="alice")
        path = f"/v1/participants/{key}/plans"
        goal = {"domain": "health", "statement": "Canary statement", "steps": ["Canary step"]}
        missing = await stage.client.get(f"{path}/current", headers=alice)
        assert missing.json()["type"] == "/problems/no-plan-yet"
        draft = await post(stage, path, {"goals": [goal]}, alice)
        assert (draft["version"], draft["domains"]) == (1, ["health"])
        assert await stage.published(PlanUpdated) == []
        body = {"goals": [goal], "agreed_at": now().isoformat()}
        keyed = alice | {"Idempotency-Key": "plan-2"}
        assert await post(stage, path, body, keyed) == await post(stage, path, body, keyed)
        [plan] = await stage.published(PlanUpdated)
        assert (plan.plan_version, plan.domains) == (2, ("health",))
        current = (await stage.client.get(f"{path}/current", headers=alice)).json()
        [said] = current["goals"]
        assert (current["version"], said["statement"]) == (2, "Canary statement")
        assert [step["text"] for step in said["steps"]] == ["Canary step"]
        assert await tables_containing(stage, "canary") == []
        for role in ("referral-desk", "liaison-prosecutor", "privacy-officer"):
            answer = await stage.client.get(f"{path}/current", headers=headers(role))
            assert answer.status_code == 403


async def test_an_edit_of_an_old_version_is_refused(
    open_stage: OpenStage, headers: Headers
) -> None:
    """ETag and If-Match: the second of two people who read the same version must read again."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        await enroll(stage, key, headers)
        alice = headers("case-manager", sub="alice")
        file = f"/v1/participants/{key}"
        read = alice | {"If-Match": (await stage.client.get(file, headers=alice)).headers["etag"]}
        wind = {"state": "inactive", "reason": "in_the_wind"}
        first = await stage.client.post(f"{file}/status", json=wind, headers=read)
        assert (first.status_code, first.json()["state"]) == (200, "inactive")
        second = await stage.client.post(f"{file}/status", json={"state": "active"}, headers=read)
        assert second.status_code == 412
        newer = alice | {"If-Match": first.headers["etag"]}
        third = await stage.client.post(f"{file}/status", json={"state": "active"}, headers=newer)
        assert third.json()["state"] == "active"


async def test_a_closed_file_takes_no_more_work(open_stage: OpenStage, headers: Headers) -> None:
    """Exit ends assignments, intake, releases, plans and status; reading goes on."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        alice = headers("case-manager", sub="alice")
        file = f"/v1/participants/{key}"
        status = {"state": "exited", "reason": "by_participant"}
        await post(stage, f"{file}/status", status, alice)
        goal = {"domain": "legal", "statement": "x"}
        for path, body, role in (
            ("assignments", {"case_manager": "alice"}, "supervisor"),
            ("intake", intake(), "case-manager"),
            ("consents", consent(), "case-manager"),
            ("plans", {"goals": [goal]}, "case-manager"),
            ("status", {"state": "active"}, "case-manager"),
        ):
            answer = await stage.client.post(f"{file}/{path}", json=body, headers=headers(role))
            assert answer.json()["type"] == "/problems/participant-exited", path
        assert (await stage.client.get(file, headers=alice)).json()["reason"] == "by_participant"


async def test_bad_input_is_refused_with_its_place(open_stage: OpenStage, headers: Headers) -> None:
    """422 names the field; nothing is recorded; the value is not repeated."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        later = (now() + timedelta(days=1)).isoformat()
        mixed = consent()
        mixed["grants"][0]["purposes"] = ["case_coordination", "legal_proceedings"]
        for path, body, code in (
            ("status", {"state": "inactive", "reason": "failed"}, "enum"),
            ("status", {"state": "inactive", "reason": "deceased"}, "reason_unfit"),
            ("status", {"state": "exited"}, "reason_unfit"),
            ("status", {"state": "active", "canary": 1}, "extra_forbidden"),
            ("intake", intake() | {"completed_at": later}, "in_the_future"),
            ("intake", intake() | {"domains": ["canary"]}, "enum"),
            ("intake", intake() | {"started_at": later}, "ends_before_it_starts"),
            ("consents", mixed, "combined_legal_proceedings"),
            ("consents", consent() | {"signed_at": "2026-01-01T00:00:00"}, "timezone_aware"),
            ("plans", {"goals": []}, "too_short"),
        ):
            answer = await stage.client.post(
                f"/v1/participants/{key}/{path}", json=body, headers=headers("case-manager")
            )
            assert answer.status_code == 422, (path, code, answer.text)
            assert code in [error["code"] for error in answer.json()["errors"]], answer.text
            assert "canary" not in answer.text or code == "extra_forbidden"
        early = {"state": "active"}
        answer = await stage.client.post(
            f"/v1/participants/{key}/status", json=early, headers=headers("case-manager")
        )
        assert answer.json()["type"] == "/problems/not-enrolled"


async def test_the_timeline_tells_everything_newest_first(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Pages of the timeline add up to all that happened, in order."""
    async with open_stage("casework") as stage:
        referral = referred()
        await stage.deliver_and_handle(referral)
        key = referral.subject
        await enroll(stage, key, headers)
        alice = headers("case-manager", sub="alice")
        file = f"/v1/participants/{key}"
        goal = {"domain": "legal", "statement": "x"}
        await post(stage, f"{file}/plans", {"goals": [goal]}, alice)
        wind = {"state": "inactive", "reason": "in_the_wind"}
        await post(stage, f"{file}/status", wind, alice)
        await stage.deliver_and_handle(booking(occurred_at=now()))
        entries: list[dict[str, str]] = []
        query: dict[str, str] = {"limit": "3"}
        while True:
            answer = await stage.client.get(f"{file}/timeline", params=query, headers=alice)
            entries += answer.json()["items"]
            if answer.json()["next"] is None:
                break
            query["cursor"] = answer.json()["next"]
        assert [entry["at"] for entry in entries] == sorted(
            (entry["at"] for entry in entries), reverse=True
        )
        assert [entry["kind"] for entry in entries] == [
            "contact", "status", "plan", "consent", "intake", "assignment", "referral",
        ]  # fmt: skip
        bad = await stage.client.get(f"{file}/timeline", params={"cursor": "canary"}, headers=alice)
        assert bad.status_code == 400


async def test_lists_are_filtered_and_paged(open_stage: OpenStage, headers: Headers) -> None:
    """Every file once; by state; an unknown referral has no file."""
    async with open_stage("casework") as stage:
        keys = {await open_a_file(stage, numbered(str(n))) for n in range(3)}
        carla = headers("supervisor")
        first = await stage.client.get("/v1/participants", params={"limit": 2}, headers=carla)
        query = {"cursor": first.json()["next"]}
        second = await stage.client.get("/v1/participants", params=query, headers=carla)
        items = first.json()["items"] + second.json()["items"]
        assert sorted(item["participant_key"] for item in items) == sorted(keys)
        for query, count in (({"state": "active"}, 0), ({"state": "referred"}, 3)):
            answer = await stage.client.get("/v1/participants", params=query, headers=carla)
            assert len(answer.json()["items"]) == count
        query = {"referral_id": str(referred().referral_id)}
        answer = await stage.client.get("/v1/participants", params=query, headers=carla)
        assert answer.json()["items"] == []
