"""Walks through assignments and transfers in any order: what must hold after every single step."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import pytest
from tests.integration.casework.builders import SITE
from tests.integration.casework.desk import Desk

from shared.events import StaffNamed, StaffReachabilityChanged

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Any other will do that comes by everything the test names.
SEED = 1
STEPS, AT_ONCE, FULL_AT, PEOPLE = 120, 8, 2, 5
CASE_MANAGERS = ("ann", "bob", "cleo")
ASSIGNMENTS = """
SELECT a.id, a.participant_key, a.case_manager, a.backup, a.supervisor, a.override_reason,
       a.ended_at, f.state, f.case_manager AS on_file
FROM case_assignment a JOIN participant_file f USING (participant_key)
WHERE a.participant_key = ANY($1) ORDER BY a.assigned_at, a.id"""
OFFERS = """
SELECT id, participant_key, to_case_manager FROM case_transfer
WHERE participant_key = ANY($1) AND state = 'offered' ORDER BY id"""


@dataclass
class Walk:
    """Some participants and case managers of its own; `ended` counts how each step went."""

    desk: Desk
    random: Random
    staff: list[str]
    keys: list[str]
    unreachable: set[str] = field(default_factory=set)
    seen: set[UUID] = field(default_factory=set)
    ended: Counter[str] = field(default_factory=Counter)

    async def ask(self, path: str, who: dict[str, str], body: Any) -> None:
        answer = await self.desk.send("POST", path, who, body)
        assert answer.status_code in (200, 201, 409), answer.text
        kind = answer.json().get("type", "done").removeprefix("/problems/")
        self.ended[f"{path.rsplit('/', 1)[1]}: {kind}"] += 1

    def someone(self) -> str:
        return self.random.choice(self.staff)

    def overridden(self) -> dict[str, Any]:
        allowed = self.random.random() < 0.15
        return {"override": {"reason": "Nobody else speaks Dari"}} if allowed else {}

    async def assign(self) -> None:
        who = self.random.choice((self.desk.carla, self.desk.dana))
        body = {"case_manager": self.someone(), "backup": self.random.choice([None, *self.staff])}
        key = self.random.choice(self.keys)
        await self.ask(f"/v1/participants/{key}/assignments", who, body | self.overridden())

    async def assign_at_once(self) -> None:
        """Two people give the same case manager somebody, or somebody two case managers."""
        one, other, key = self.someone(), self.someone(), self.random.choice(self.keys)
        pairs = [(key, one), (key, other)]
        if self.random.random() < 0.7:
            pairs = [(key, one), (self.random.choice(self.keys), one)]
        await asyncio.gather(
            *(
                self.ask(f"/v1/participants/{k}/assignments", self.desk.carla, {"case_manager": m})
                for k, m in pairs
            )
        )

    async def offer(self) -> None:
        body = {"to": self.someone(), "backup": self.random.choice([None, *self.staff])}
        key = self.random.choice(self.keys)
        await self.ask(f"/v1/participants/{key}/transfers", self.desk.alice, body)

    async def answer(self) -> None:
        offers = await self.desk.stage.rows(OFFERS, self.keys)
        if not offers:
            return
        offer = self.random.choice(offers)
        asked = self.desk.headers("case-manager", sub=offer["to_case_manager"])
        who = self.random.choice((asked, asked, self.desk.carla, self.desk.alice))
        word = self.random.choice(("acceptance", "acceptance", "refusal"))
        body = self.overridden() if word == "acceptance" else {}
        await self.ask(f"/v1/transfers/{offer['id']}/{word}", who, body)

    async def reach(self) -> None:
        """The notifier's word; nobody is assigned by it, and nobody taken away."""
        name, reachable = self.someone(), self.random.random() < 0.75
        (self.unreachable.discard if reachable else self.unreachable.add)(name)
        await self.desk.hear(
            StaffReachabilityChanged(
                site=SITE, subject=name, occurred_at=self.desk.now, reachable=reachable
            )
        )

    async def leave(self) -> None:
        """Somebody leaves the program, and somebody else is referred."""
        key = self.keys.pop(self.random.randrange(len(self.keys)))
        body = {"state": "exited", "reason": "by_participant"}
        await self.ask(f"/v1/participants/{key}/status", self.desk.alice, body)
        open_now = [a for a in await self.desk.stage.rows(ASSIGNMENTS, [key]) if not a["ended_at"]]
        assert open_now == []
        self.keys.append(await self.desk.refer())

    async def check(self) -> None:
        """One responsible at a time, reachable when they became it, and room or a reason."""
        rows = await self.desk.stage.rows(ASSIGNMENTS, self.keys)
        present = [row for row in rows if row["ended_at"] is None]
        responsible = Counter(row["participant_key"] for row in present)
        assert set(responsible.values()) <= {1}, "two case managers at once"
        assert set(responsible) == {row["participant_key"] for row in rows}, "nobody is left alone"
        assert all(row["on_file"] == row["case_manager"] for row in present)
        load = Counter(row["case_manager"] for row in present)
        for row in (row for row in rows if row["id"] not in self.seen):
            named = {row["case_manager"], row["backup"], row["supervisor"]}
            assert not named & self.unreachable, "assigned though no alert reaches them"
            if row["override_reason"] is None and row["ended_at"] is None:
                assert load[row["case_manager"]] <= FULL_AT, "beyond the limit without a reason"
            self.seen.add(row["id"])
        unforced = Counter(r["case_manager"] for r in present if r["override_reason"] is None)
        assert max(unforced.values(), default=0) <= FULL_AT
        offers = await self.desk.stage.rows(OFFERS, self.keys)
        assert max(Counter(o["participant_key"] for o in offers).values(), default=0) <= 1


async def walk(desk: Desk, seed: int) -> Counter[str]:
    pam = desk.headers("program-manager", sub="pam")
    limits = {"caseload_warn_at": 1, "caseload_full_at": FULL_AT}
    answer = await desk.send("PUT", f"/v1/sites/{SITE}/policy", pam, limits)
    assert answer.status_code in (200, 201), answer.text
    keys = [await desk.refer() for _ in range(PEOPLE)]
    staff = [f"{name}-{seed}" for name in CASE_MANAGERS]
    walked = Walk(desk, Random(seed), staff, keys)  # noqa: S311 - to be repeated, not secret
    for name in (*staff, "alice", "ben", "carla"):
        await desk.hear(StaffNamed(site=SITE, subject=name, occurred_at=desk.now, name=name))
    steps = (walked.assign, walked.assign, walked.offer, walked.offer, walked.answer, walked.reach)
    for number in range(STEPS):
        step = walked.leave if number % 40 == 39 else walked.random.choice(steps)
        await step()
        await walked.check()
    alone = walked.ended.copy()
    # Which of two comes first is not the seed's to say: last, and not counted.
    for _ in range(AT_ONCE):
        await walked.assign_at_once()
        await walked.check()
    return alone


async def test_whatever_is_asked_one_reachable_case_manager_with_room_is_responsible(
    desk: Desk,
) -> None:
    """Every way of saying yes and no is walked, so that the rules are not held by idleness."""
    ended = await walk(desk, SEED)
    for way in (
        "assignments: done", "assignments: caseload-full", "assignments: staff-unreachable",
        "transfers: done", "transfers: transfer-open", "acceptance: done",
        "acceptance: not-theirs", "refusal: done", "status: done",
    ):  # fmt: skip
        assert ended[way], (way, ended)
