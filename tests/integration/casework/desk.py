"""A case manager's desk: files about made-up people, and what its people do with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
from tests.integration.casework.builders import SITE, Headers, referred

from shared.callers import SESSION_COOKIE
from shared.events import Event, IdentifierPart, PersonPart
from shared.sites import zone_of
from shared.testing import AnyEvent, Stage

_numbers = count(1)


def somebody() -> PersonPart:
    """Nobody else has this number or this name."""
    number = next(_numbers)
    return PersonPart(
        given=f"Given{number}",
        surname=f"Q{number}Testperson",
        identifiers=(IdentifierPart(system="spd-local", value=f"N-{number}"),),
    )


@dataclass
class Desk:
    """One casework on stage, with the people who work there."""

    stage: Stage
    headers: Headers
    alice: dict[str, str] = field(init=False)
    ben: dict[str, str] = field(init=False)
    carla: dict[str, str] = field(init=False)
    dana: dict[str, str] = field(init=False)
    petra: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.alice = self.headers("case-manager", sub="alice")
        self.ben = self.headers("case-manager", sub="ben")
        self.carla = self.headers("supervisor", sub="carla")
        self.dana = self.headers("referral-desk", sub="dana")
        self.petra = self.headers("privacy-officer", sub="petra")

    @property
    def now(self) -> datetime:
        return self.stage.clock.now()

    def local(self, **later: float) -> str:
        """Now, or so much later, as a form's time field holds it: the time where the site is."""
        at = self.now + timedelta(**later)
        return at.astimezone(zone_of(SITE)).strftime("%Y-%m-%dT%H:%M")

    async def send(
        self, method: str, path: str, who: Mapping[str, str], body: Any = None
    ) -> httpx.Response:
        return await self.stage.client.request(method, path, json=body, headers=dict(who))

    async def post(self, path: str, who: Mapping[str, str], body: Any = None) -> Any:
        """POST that must succeed."""
        answer = await self.send("POST", path, who, body if body is not None else {})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def get(self, path: str, who: Mapping[str, str]) -> Any:
        answer = await self.send("GET", path, who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, path: str, who: Mapping[str, str], body: Any = None) -> tuple[int, str]:
        """The status and the problem of a POST that must not succeed."""
        answer = await self.send("POST", path, who, body if body is not None else {})
        assert answer.status_code >= 400, answer.text
        return answer.status_code, str(answer.json()["type"]).removeprefix("/problems/")

    async def page(self, path: str, who: Mapping[str, str]) -> httpx.Response:
        return await self.stage.client.get(path, headers=session(who))

    async def form(self, path: str, who: Mapping[str, str], **fields: Any) -> httpx.Response:
        return await self.stage.client.post(path, data=fields, headers=session(who))

    async def refer(self, person: PersonPart | None = None, **changes: Any) -> str:
        """Open a file; returns its key."""
        values = {"occurred_at": self.now, "received_at": self.now} | changes
        referral = referred(person or somebody(), **values)
        await self.stage.deliver_and_handle(referral)
        return referral.subject

    async def enroll(self, key: str, case_manager: str = "alice") -> None:
        """Assign, complete intake, sign a release."""
        file = f"/v1/participants/{key}"
        body = {"case_manager": case_manager, "backup": "ben"}
        await self.post(f"{file}/assignments", self.carla, body)
        await self.post(f"{file}/intake", self.alice, self.intake())
        await self.post(f"{file}/consents", self.alice, self.consent())

    async def enrolled(self, person: PersonPart | None = None) -> str:
        key = await self.refer(person)
        await self.enroll(key)
        return key

    def intake(self) -> dict[str, Any]:
        return {"completed_at": self.now.isoformat(), "domains": ["housing", "health"]}

    def consent(self, **changes: Any) -> dict[str, Any]:
        """A release to the liaison prosecutor, signed now, for a year."""
        grant = {
            "recipient": {"org": "kcpao", "role": "liaison-prosecutor"},
            "categories": ["engagement_fact", "goals", "barriers"],
            "purposes": ["case_coordination"],
        }
        return {
            "template_version": "roi-2026-1",
            "signed_at": self.now.isoformat(),
            "language": "en",
            "signature_evidence": "paper:scan-77",
            "grants": [grant],
            "effective_from": (self.now - timedelta(days=1)).date().isoformat(),
            "expires": {"on": (self.now + timedelta(days=365)).date().isoformat()},
        } | changes

    async def work(self, key: str) -> list[str]:
        """The kinds of the participant's open items, the first due first."""
        found = await self.get(f"/v1/work?participant_key={key}", self.alice)
        return [item["kind"] for item in found["items"]]

    async def published(self, kind: type[AnyEvent], key: str) -> list[AnyEvent]:
        """What was said about this participant."""
        return [event for event in await self.stage.published(kind) if event.subject == key]

    async def hear(self, *events: Event) -> None:
        await self.stage.deliver_and_handle(*events)

    async def wait(self, **by: float) -> None:
        await self.stage.pass_time(timedelta(**by))


def session(who: Mapping[str, str]) -> dict[str, str]:
    """The same person with a browser."""
    token = who["Authorization"].removeprefix("Bearer ")
    return {"Cookie": f"{SESSION_COOKIE}={token}", "Sec-Fetch-Site": "same-origin"}


__all__ = ["SITE", "Desk", "session", "somebody"]
