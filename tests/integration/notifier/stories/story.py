"""The words in which a story is told: what happens, and who is told of it. Nobody else is."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.integration.notifier.stories.house import House, Notice

from notifier.domain import ENDS, AlertStep, fold
from shared import sites
from shared.events import (
    AlertClosed,
    CaseManagerAssigned,
    MatchTier,
    ParticipantRecontacted,
    RecontactCause,
)
from shared.events.base import Event
from shared.ids import new_id, new_participant_key

SEATTLE = "America/Los_Angeles"
NAME = "Zebulon Canaryson"
CAST: dict[str, dict[str, str]] = {
    "alice": {"backup": "ben", "supervisor": "carla"},
    "ben": {"supervisor": "carla"},
    "carla": {},
}
ROLES = {
    "carla": "supervisor",
    "boss": "supervisor",
    "petra": "privacy-officer",
    "paul": "privacy-officer",
    "olga": "ops",
}
# What each kind of message says first.
NEW, NEWS, YOURS = "New item", "something new", "is now with you"
NOBODY = "nobody has this"


class Story:
    """One site, one participant, and what becomes of the reports about them."""

    def __init__(self, house: House) -> None:
        self.house, self.stage, self.mail = house, house.stage, house.mail
        self.site = f"site-{uuid4().hex[:8]}"
        # Each story's site is in Seattle's zone: quiet hours and working days are there.
        sites.deploy_zones({self.site: SEATTLE})
        self.participant = new_participant_key()
        self._told: Counter[str] = Counter()

    async def open(self) -> None:
        for sub, more in CAST.items():
            await self.hire(sub, **more)
        await self.policy()

    # The people.

    async def hire(self, sub: str, **more: Any) -> None:
        """Somebody who can be reached by mail."""
        body = {"site": self.site, "name": sub.title(), "email": f"{sub}@{self.site}.example"}
        await self.call("PUT", f"/v1/staff/{sub}", body | more, sub="boss")

    async def methods(self, sub: str) -> dict[str, str]:
        """Somebody's contact methods: channel -> id."""
        found = await self.call("GET", "/v1/me/contact-methods", sub=sub)
        return {method["channel"]: method["id"] for method in found["items"]}

    async def has_phone(self, sub: str, *, only: bool = False) -> None:
        """Somebody verifies a phone, beside their mail or instead of it."""
        path, number = "/v1/me/contact-methods", self.house.phones.number_of(self.site, sub)
        mail = {"channel": "email", "address": f"{sub}@{self.site}.example"}
        phone = {"channel": "sms", "address": number}
        body: dict[str, Any] = {"site": self.site, "methods": [mail, phone]}
        added = (await self.call("PUT", path, body, sub=sub))["items"][1]
        await self.house.settled()
        code = self.house.phones.texts[-1].body[:6]
        proof = {"site": self.site, "method": added["id"], "code": code}
        await self.call("POST", f"{path}/verify", proof, sub=sub)
        if only:
            await self.call("PUT", path, body | {"methods": [phone]}, sub=sub)
        self.seen()

    async def policy(self, **changes: Any) -> None:
        line = {"supervisor": "carla", "program_line_email": f"line@{self.site}.example"}
        await self.call("PUT", f"/v1/sites/{self.site}/policy", line | changes, sub="boss")

    async def assigned(self, case_manager: str = "alice", **more: Any) -> None:
        values = {"case_manager": case_manager, "assigned_from": self.now}
        await self.hear(self.event(CaseManagerAssigned, **(values | more)))

    # What happens.

    @property
    def now(self) -> datetime:
        return self.stage.clock.now()

    def event(self, kind: type[Event], **values: Any) -> Event:
        """An event about the participant, now, unless said otherwise."""
        given = {"site": self.site, "subject": self.participant, "occurred_at": self.now}
        return kind(**(given | values))

    def contact(self, cause: str = "booking", **more: Any) -> ParticipantRecontacted:
        """A matched report, of a new record unless said otherwise."""
        values: dict[str, Any] = {
            "site": self.site,
            "subject": self.participant,
            "occurred_at": self.now,
            "cause": RecontactCause(cause),
            "tier": MatchTier.EXACT,
            "receipt": new_id(),
            "reported_by": "jms-county-a",
            "source_record_id": f"BK-{new_id()}",
            "received_at": self.now,
            "display_name": NAME,
        }
        return ParticipantRecontacted(**(values | more))

    async def hear(self, *events: Event) -> None:
        """Events arrive from Kafka, and all that follows at once has happened."""
        await self.stage.deliver_and_handle(*events)
        query = "SELECT type, handler, reason FROM dead_letter WHERE event_id = ANY($1)"
        assert await self.stage.rows(query, [str(event.id) for event in events]) == []
        await self.house.settled()

    async def reported(self, cause: str = "booking", **more: Any) -> ParticipantRecontacted:
        contact = self.contact(cause, **more)
        await self.hear(contact)
        return contact

    async def passes(self, **time: float) -> None:
        """`passes(minutes=30)`: whatever comes due meanwhile happens."""
        await self.house.pass_time(timedelta(**time))

    # What people do.

    async def acknowledges(self, sub: str, number: int | None = None) -> None:
        await self.acts(sub, "acknowledgement", {"action": "calling"}, number=number)

    async def hands_over(self, sub: str, to: str, number: int | None = None) -> None:
        await self.acts(sub, "handover", {"to": to}, number=number)

    async def acts(
        self, sub: str, action: str, body: dict[str, Any], *, number: int | None = None
    ) -> None:
        """Somebody presses a button on an alert: the newest, unless its number is given."""
        alert = await self.alert(number)
        await self.call("POST", f"/v1/alerts/{alert['id']}/{action}", body, sub=sub)
        await self.house.settled()

    async def call(
        self, method: str, path: str, body: Any = None, *, sub: str, expect: int = 200
    ) -> Any:
        answer = await self.stage.client.request(method, path, json=body, headers=self.who(sub))
        assert answer.status_code == expect, answer.text
        return answer.json()

    def who(self, sub: str) -> dict[str, str]:
        return self.house.headers(sub, ROLES.get(sub, "case-manager"), self.site)

    # What is seen.

    async def told(self, **expected: str | tuple[str, ...]) -> None:
        """`told(alice=NEW)`: since this was last asked, these messages came and no others.

        A word is looked for in the title; several are several messages, in their order.
        """
        await self.house.settled()
        fresh = self.seen()
        got: dict[str, list[str]] = {}
        for notice in fresh:
            got.setdefault(notice.who, []).append(notice.title)
        wanted = {w: [t] if isinstance(t, str) else list(t) for w, t in expected.items()}
        assert {who: len(titles) for who, titles in got.items()} == {
            who: len(titles) for who, titles in wanted.items()
        }, got
        for who, titles in wanted.items():
            assert all(w in t for w, t in zip(titles, got[who], strict=True)), got

    def seen(self) -> list[Notice]:
        """The messages since this was last asked; mails before texts."""
        fresh = []
        for channel in ("email", "sms"):
            listed = [n for n in self.house.notices(self.site) if n.channel == channel]
            fresh += listed[self._told[channel] :]
            self._told[channel] = len(listed)
        return fresh

    async def nobody_is_told(self) -> None:
        await self.told()

    async def alerts(self) -> list[dict[str, Any]]:
        """All of the site's, oldest first."""
        found: list[dict[str, Any]] = (await self.call("GET", "/v1/alerts", sub="carla"))["items"]
        return found[::-1]

    async def alert(self, number: int | None = None) -> dict[str, Any]:
        """The newest, or the one of this number."""
        found = await self.alerts()
        return next(a for a in reversed(found) if number in (None, a["number"]))

    async def stands(self, state: str, recipient: str | None = None) -> dict[str, Any]:
        """The newest alert is in this state, and with this person."""
        alert = await self.alert()
        assert alert["state"] == state, alert
        assert recipient in (None, alert["recipient"]), alert
        return alert

    async def why(self, number: int | None = None) -> list[str]:
        """What happened to an alert, step by step, in words."""
        alert = await self.alert(number)
        found = await self.call("GET", f"/v1/alerts/{alert['id']}/why", sub="carla")
        return [step["text"] for step in found["steps"]]

    async def published(self, kind: type[Event]) -> list[Any]:
        """This story's events of that kind, oldest first."""
        return [e for e in await self.stage.published(kind) if e.site == self.site]

    async def ends_well(self) -> None:
        """Every message was told of, every alert's row is the fold over its steps, what ended has
        exactly one end."""
        await self.nobody_is_told()
        for alert in await self.stage.rows("SELECT * FROM alert WHERE site = $1", self.site):
            query = "SELECT * FROM alert_step WHERE alert_id = $1 ORDER BY seq"
            steps = await self.stage.rows(query, alert["id"])
            standing = fold(AlertStep(**step) for step in steps)
            assert (standing.state, standing.recipient) == (alert["state"], alert["recipient"])
            ends = [
                e.end_state for e in await self.published(AlertClosed) if e.alert_id == alert["id"]
            ]
            assert ends == ([alert["state"]] if standing.state in ENDS else [])
