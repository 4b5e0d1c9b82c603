"""A site with three people, and what a test does with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.integration.notifier.mail_server import MailServer

from shared.events import CaseManagerAssigned, MatchTier, ParticipantRecontacted, RecontactCause
from shared.ids import new_id, new_participant_key
from shared.testing import Stage, eventually

KING = "king-county"
# Planted where a name may stand. Whatever leaves must not carry it.
CANARY = "Zebulon Canaryson"

Headers = Callable[..., dict[str, str]]


class Town:
    """The notifier at work in one site: alice, her backup ben, their supervisor carla."""

    def __init__(self, stage: Stage, mail: MailServer, headers: Headers) -> None:
        self.stage, self.mail, self.headers = stage, mail, headers
        self.participant = new_participant_key()

    @property
    def alice(self) -> dict[str, str]:
        return self.headers("case-manager", sub="alice")

    @property
    def ben(self) -> dict[str, str]:
        return self.headers("case-manager", sub="ben")

    @property
    def carla(self) -> dict[str, str]:
        return self.headers("supervisor", sub="carla")

    async def hire(self, sub: str, site: str = KING, **more: Any) -> None:
        body = {"site": site, "name": sub.title(), "email": f"{sub}@{site}.example", **more}
        boss = self.headers("supervisor", site, sub="boss")
        answer = await self.stage.client.put(f"/v1/staff/{sub}", json=body, headers=boss)
        assert answer.status_code == 200, answer.text

    async def assign(self, case_manager: str = "alice", **more: Any) -> None:
        event = CaseManagerAssigned(
            site=KING,
            subject=self.participant,
            occurred_at=self.now,
            case_manager=case_manager,
            assigned_from=more.pop("assigned_from", self.now),
            **more,
        )
        await self.stage.deliver_and_handle(event)

    @property
    def now(self) -> datetime:
        return self.stage.clock.now()

    def contact(self, cause: str = "booking", **more: Any) -> ParticipantRecontacted:
        """A matched report about the participant, of a new record unless said otherwise."""
        values: dict[str, Any] = {
            "site": KING,
            "subject": self.participant,
            "occurred_at": self.now,
            "cause": RecontactCause(cause),
            "tier": MatchTier.EXACT,
            "receipt": new_id(),
            "reported_by": "jms-county-a",
            "source_record_id": f"BK-{new_id()}",
            "received_at": self.now,
            "display_name": CANARY,
            "facility": "County A Main",
        }
        return ParticipantRecontacted(**(values | more))

    async def report(self, *contacts: ParticipantRecontacted) -> None:
        await self.stage.deliver_and_handle(*contacts)

    async def alerts(self) -> list[dict[str, Any]]:
        answer = await self.get("/v1/alerts", self.carla)
        items: list[dict[str, Any]] = answer["items"]
        return items

    async def the_alert(self) -> dict[str, Any]:
        (alert,) = await self.alerts()
        return alert

    async def get(self, path: str, who: dict[str, str]) -> dict[str, Any]:
        answer = await self.stage.client.get(path, headers=who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def acknowledge(self, alert_id: str | UUID, who: dict[str, str]) -> dict[str, Any]:
        path = f"/v1/alerts/{alert_id}/acknowledgement"
        body = {"note": None, "action": "going_to_jail"}
        answer = await self.stage.client.post(path, json=body, headers=who)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def why(self) -> list[str]:
        """What happened to the only alert, in words."""
        alert = await self.the_alert()
        found = await self.get(f"/v1/alerts/{alert['id']}/why", self.carla)
        return [step["text"] for step in found["steps"]]

    async def mailed(self, count: int) -> None:
        """Wait until exactly so many mails were taken and nothing more is under way."""

        async def quiet() -> bool:
            waiting = await self.stage.rows("SELECT 1 FROM delivery WHERE state = 'queued'")
            return len(self.mail.mails) >= count and not waiting

        await eventually(quiet)
        assert len(self.mail.mails) == count
