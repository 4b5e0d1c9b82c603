"""Who is responsible: history, transfers with acceptance, and only who can be reached."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.casework.desk import SITE, Desk

from shared.events import CaseManagerAssigned, StaffNamed, StaffReachabilityChanged

pytestmark = pytest.mark.asyncio(loop_scope="module")


def reach(desk: Desk, staff: str, reachable: bool, *, ago: int = 0) -> StaffReachabilityChanged:
    at = desk.now - timedelta(minutes=ago)
    return StaffReachabilityChanged(site=SITE, subject=staff, occurred_at=at, reachable=reachable)


async def test_nobody_who_cannot_be_reached_is_assigned(desk: Desk) -> None:
    """Neither as case manager nor as backup, whoever asks; once reached, they can be."""
    key = await desk.refer()
    path = f"/v1/participants/{key}/assignments"
    await desk.hear(reach(desk, "alice", True))
    await desk.hear(reach(desk, "unheard", False))
    await desk.hear(reach(desk, "unheard", True, ago=5))
    override = {"override": {"reason": "There is nobody else"}}
    for body in (
        {"case_manager": "unheard"},
        {"case_manager": "unheard"} | override,
        {"case_manager": "alice", "backup": "unheard"},
    ):
        assert await desk.refused(path, desk.carla, body) == (409, "staff-unreachable")
    await desk.hear(reach(desk, "unheard", True))
    answer = await desk.post(path, desk.carla, {"case_manager": "unheard"})
    assert answer["warning"] is None


async def test_a_login_that_nobody_has_is_refused_at_its_field(desk: Desk) -> None:
    """Whoever asks and whatever the reason; where else a login is named, too."""
    key = await desk.refer()
    file = f"/v1/participants/{key}"
    for sub in ("alice", "ben", "carla"):
        await desk.hear(reach(desk, sub, True))
    override = {"override": {"reason": "There is nobody else"}}
    due = (desk.now + timedelta(days=1)).isoformat()
    cases: list[tuple[str, dict[str, Any], set[str]]] = [
        ("assignments", {"case_manager": "nobody"}, {"/case_manager"}),
        ("assignments", {"case_manager": "nobody"} | override, {"/case_manager"}),
        ("assignments", {"case_manager": "ALICE"}, {"/case_manager"}),
        ("assignments", {"case_manager": "alice", "backup": "bne"}, {"/backup"}),
        ("assignments", {"case_manager": "x", "backup": "y", "supervisor": "z"},
         {"/case_manager", "/backup", "/supervisor"}),
        ("intake-appointments", {"scheduled_for": due, "place": "office", "interviewer": "nobody"},
         {"/interviewer"}),
    ]  # fmt: skip
    for path, body, pointers in cases:
        answer = await desk.send("POST", f"{file}/{path}", desk.carla, body)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/no-such-staff")
        assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert (await desk.get(file, desk.carla))["case_manager"] is None
    await desk.post(f"{file}/assignments", desk.carla, {"case_manager": "alice", "backup": "ben"})
    answer = await desk.send("POST", f"{file}/transfers", desk.alice, {"to": "nobody"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/to")


async def test_whose_name_alone_is_known_is_assigned_with_a_warning(desk: Desk) -> None:
    """The notifier may be late; a handoff is not kept waiting for it."""
    key = await desk.refer()
    named = StaffNamed(site=SITE, subject="newcomer", occurred_at=desk.now, name="Nell New")
    await desk.hear(named)
    path = f"/v1/participants/{key}/assignments"
    answer = await desk.post(path, desk.carla, {"case_manager": "newcomer"})
    assert "Nothing is known yet" in answer["warning"]
    assert "newcomer" not in answer["warning"]


async def test_a_transfer_changes_nothing_until_it_is_accepted(desk: Desk) -> None:
    """The one who was asked accepts; before that the present case manager answers for all."""
    key = await desk.enrolled()
    file = f"/v1/participants/{key}"
    offered = await desk.post(f"{file}/transfers", desk.alice, {"to": "ben", "backup": "alice"})
    assert (await desk.get(file, desk.alice))["case_manager"] == "alice"
    assert await desk.work(key) == ["transfer_offered"]
    mine = await desk.get("/v1/work?mine=true", desk.ben)
    assert offered["id"] in [item["reference"] for item in mine["items"]]
    assert await desk.refused(f"{file}/transfers", desk.alice, {"to": "ben"}) == (
        409, "transfer-open",
    )  # fmt: skip
    path = f"/v1/transfers/{offered['id']}/acceptance"
    assert await desk.refused(path, desk.alice) == (409, "not-theirs")
    assert (await desk.post(path, desk.ben))["state"] == "accepted"
    assert await desk.refused(path, desk.ben) == (409, "transfer-decided")
    told = await desk.published(CaseManagerAssigned, key)
    assert [(e.case_manager, e.backup, e.supervisor) for e in told] == [
        ("alice", "ben", "carla"), ("ben", "alice", "carla"),
    ]  # fmt: skip
    history = await desk.get(f"{file}/assignments", desk.alice)
    assert [(a["case_manager"], a["ended_at"] is None) for a in history] == [
        ("ben", True), ("alice", False),
    ]  # fmt: skip
    assert await desk.work(key) == []


async def test_a_declined_transfer_leaves_all_as_it_was(desk: Desk) -> None:
    """And another may be offered."""
    key = await desk.enrolled()
    file = f"/v1/participants/{key}"
    offered = await desk.post(f"{file}/transfers", desk.alice, {"to": "ben"})
    await desk.post(f"/v1/transfers/{offered['id']}/refusal", desk.ben)
    assert (await desk.get(file, desk.alice))["case_manager"] == "alice"
    assert len(await desk.published(CaseManagerAssigned, key)) == 1
    await desk.post(f"{file}/transfers", desk.alice, {"to": "ben"})
    states = [t["state"] for t in await desk.get(f"{file}/transfers", desk.alice)]
    assert states == ["offered", "declined"]


async def test_a_full_caseload_cannot_accept(desk: Desk) -> None:
    """Scenario 19 holds for transfers too: a supervisor's reason, or another case manager."""
    key, others = await desk.enrolled(), [await desk.refer() for _ in range(2)]
    policy = {"caseload_warn_at": 1, "caseload_full_at": 2}
    path = f"/v1/sites/{SITE}/policy"
    keeper = desk.headers("program-manager")
    assert (await desk.send("PUT", path, keeper, policy)).status_code == 200
    await desk.hear(reach(desk, "busy", True))
    for other in others:
        answer = await desk.post(
            f"/v1/participants/{other}/assignments", desk.carla, {"case_manager": "busy"}
        )
        assert "This caseload has reached 1." in answer["warning"]
    offered = await desk.post(f"/v1/participants/{key}/transfers", desk.alice, {"to": "busy"})
    accept = f"/v1/transfers/{offered['id']}/acceptance"
    busy = desk.headers("case-manager", sub="busy")
    override = {"override": {"reason": "Busy knows the family"}}
    for who, body in ((busy, {}), (busy, override), (desk.carla, {})):
        assert await desk.refused(accept, who, body) == (409, "caseload-full")
    await desk.post(accept, desk.carla, override)
    assert (await desk.get(f"/v1/participants/{key}", desk.alice))["case_manager"] == "busy"
    assert (await desk.send("PUT", path, keeper, {})).status_code == 200


async def test_what_cannot_be_handed_on(desk: Desk) -> None:
    """Nobody's participant, to oneself, or of another site."""
    key = await desk.refer()
    path = f"/v1/participants/{key}/transfers"
    assert await desk.refused(path, desk.alice, {"to": "ben"}) == (409, "not-assigned")
    await desk.post(f"/v1/participants/{key}/assignments", desk.carla, {"case_manager": "alice"})
    assert await desk.refused(path, desk.alice, {"to": "alice"}) == (409, "same-case-manager")
    theirs = desk.headers("case-manager", "santa-fe")
    assert (await desk.refused(path, theirs, {"to": "ben"}))[0] == 404
    offered = await desk.post(path, desk.alice, {"to": "ben"})
    accept = f"/v1/transfers/{offered['id']}/acceptance"
    assert (await desk.refused(accept, theirs))[0] == 404
    assert (await desk.refused(path, desk.alice, {"to": "b\x00n"}))[0] == 422
