"""How many one case manager may have: a warning, a limit, a reason to go beyond."""

import asyncio

from tests.integration.casework.builders import SITE, Headers, numbered, open_a_file, post
from tests.integration.conftest import OpenStage

from shared.events import CaseManagerAssigned
from shared.ids import new_participant_key
from shared.testing import Stage


async def with_caseload(stage: Stage, case_manager: str, count: int) -> None:
    """Files that are assigned already."""
    async with stage.transaction() as tx:
        await tx.raw.executemany(
            "INSERT INTO participant_file (participant_key, site, state, version, opened_at,"
            " case_manager) VALUES ($1, $2, 'active', 1, now(), $3)",
            [(new_participant_key(), SITE, case_manager) for _ in range(count)],
        )


async def test_a_caseload_warns_then_refuses(open_stage: OpenStage, headers: Headers) -> None:
    """From 20 the answer warns; at 25 only a supervisor's reason helps, and it is recorded."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        path = f"/v1/participants/{key}/assignments"
        dana, carla = headers("referral-desk", sub="dana"), headers("supervisor", sub="carla")
        await with_caseload(stage, "alice", 18)
        answer = await post(stage, path, {"case_manager": "alice"}, dana)
        assert (answer["caseload"], "reached 20" in answer["warning"]) == (19, False)
        await with_caseload(stage, "alice", 1)
        assert "reached 20" in (await post(stage, path, {"case_manager": "alice"}, dana))["warning"]

        await with_caseload(stage, "ben", 25)
        body = {"case_manager": "ben"}
        for caller in (dana, carla):
            refused = await stage.client.post(path, json=body, headers=caller)
            assert (refused.status_code, refused.json()["type"]) == (
                409, "/problems/caseload-full",
            )  # fmt: skip
        override = body | {"override": {"reason": "Ben knows the family"}}
        refused = await stage.client.post(path, json=override, headers=dana)
        assert refused.status_code == 409
        assert (await post(stage, path, override, carla))["caseload"] == 26
        rows = await stage.rows(
            "SELECT override_reason, ended_at IS NULL AS present FROM case_assignment ORDER BY id"
        )
        assert [(r["override_reason"], r["present"]) for r in rows] == [
            (None, False), (None, False), ("Ben knows the family", True),
        ]  # fmt: skip
        assert [e.supervisor for e in await stage.published(CaseManagerAssigned)] == [
            "dana", "dana", "carla",
        ]  # fmt: skip


async def test_two_assignments_cannot_both_be_the_last(
    open_stage: OpenStage, headers: Headers
) -> None:
    """With room for one more, one of several concurrent assignments passes."""
    async with open_stage("casework") as stage:
        keys = [await open_a_file(stage, numbered(str(n))) for n in range(4)]
        await with_caseload(stage, "alice", 24)
        answers = await asyncio.gather(
            *(
                stage.client.post(
                    f"/v1/participants/{key}/assignments",
                    json={"case_manager": "alice"},
                    headers=headers("supervisor"),
                )
                for key in keys
            )
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        assert len(await stage.published(CaseManagerAssigned)) == 1
