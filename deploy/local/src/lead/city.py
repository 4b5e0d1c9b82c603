"""The simulated city: who lives and works there, and how their systems call the REST APIs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from lead.client import PAGE, Refused, Unreachable
from lead.mailpit import caught_by
from lead.sample_staff import KING_COUNTY
from lead.sign_ins import Tokens
from lead.waiting import PATIENCE_SECONDS, NotSeen


@dataclass(frozen=True)
class Actor:
    """Somebody, or some agency's system, with a token of their own."""

    role: str
    sub: str
    agency: str | None = None
    sources: tuple[str, ...] = ()


OFFICER = Actor("agency-reporter", "spd-records", "WASPD0000", ("rms-spd",))
JAIL = Actor("agency-reporter", "county-jail", "WA0170000", ("jms-county-a",))
PROSECUTOR = Actor("prosecutor-system", "kcpao", "kcpao", ("pcms-kcpao",))
DESK = Actor("referral-desk", "dana")
SUPERVISOR = Actor("supervisor", "carla")
CASE_MANAGERS = (Actor("case-manager", "alice"), Actor("case-manager", "ben"))


class InboxWatch:
    """What a live inbox page is told (server-sent events): which alert changed, and when."""

    def __init__(self) -> None:
        self.connected = asyncio.Event()
        self._changes: list[tuple[str, datetime]] = []

    def take(self, line: str) -> None:
        self.connected.set()
        if line.startswith("data:"):
            alert = json.loads(line.removeprefix("data:"))["alert"]
            self._changes.append((alert, now()))

    def first_change(self, alert: str) -> datetime | None:
        return next((at for changed, at in self._changes if changed == alert), None)


@dataclass
class City:
    """Everybody's clients of one running system."""

    address: str
    issuer: Tokens
    site: str = KING_COUNTY
    # Where caught mail is listed; the embedded system lists it at its own address.
    mailpit: str | None = None
    _http: httpx.AsyncClient = field(init=False)
    _tokens: dict[Actor, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._http = httpx.AsyncClient(base_url=self.address, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def post(self, who: Actor, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The JSON answered. Raises Refused or Unreachable."""
        answer: dict[str, Any] = (await self._request("POST", path, who, json=body)).json()
        return answer

    async def put(self, who: Actor, path: str, body: dict[str, Any]) -> None:
        """Raises Refused or Unreachable."""
        await self._request("PUT", path, who, json=body)

    async def get(self, who: Actor, path: str, **params: Any) -> dict[str, Any]:
        """The JSON at a path. Raises Refused or Unreachable."""
        answer: dict[str, Any] = (await self._request("GET", path, who, params=params)).json()
        return answer

    async def find(self, who: Actor, path: str) -> dict[str, Any] | None:
        """The JSON at a path, or None while there is nothing yet. Raises Refused, Unreachable."""
        try:
            return await self.get(who, path)
        except Refused as refused:
            if refused.status != 404:
                raise
        return None

    async def items(self, who: Actor, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = await self.get(who, path, limit=PAGE, **cursor, **params)
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}

    async def page(self, path: str) -> str:
        """A page that needs no sign-in. Raises Refused or Unreachable."""
        return (await self._request("GET", path, None)).text

    async def mails(self) -> list[dict[str, str]]:
        """What the mail catcher has."""
        if self.mailpit is not None:
            return await caught_by(self.mailpit, self._http)
        mails: list[dict[str, str]] = (await self._request("GET", "/mail", None)).json()
        return mails

    @asynccontextmanager
    async def watching_inbox(self, who: Actor) -> AsyncIterator["InboxWatch"]:
        """See every change in somebody's inbox as their open page does. Raises NotSeen."""
        watch = InboxWatch()
        following = asyncio.create_task(self._follow(who, watch))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await watch.connected.wait()
            yield watch
        except TimeoutError:
            raise NotSeen(f"the live inbox of {who.sub} cannot be reached") from None
        finally:
            following.cancel()
            await asyncio.wait({following})

    async def _follow(self, who: Actor, watch: "InboxWatch") -> None:
        headers = self.headers(who)
        async with self._http.stream(
            "GET", "/notifier/v1/stream", headers=headers, timeout=None
        ) as stream:
            async for line in stream.aiter_lines():
                watch.take(line)

    async def _request(
        self, method: str, path: str, who: Actor | None, **content: Any
    ) -> httpx.Response:
        headers = self.headers(who) if who else {}
        try:
            response = await self._http.request(method, path, headers=headers, **content)
        except httpx.TransportError as error:
            raise Unreachable(f"nobody answers at {self.address}") from error
        return Refused.check(response)

    def headers(self, who: Actor) -> dict[str, str]:
        if who not in self._tokens:
            self._tokens[who] = self.issuer.token(
                who.role, self.site, sub=who.sub, agency=who.agency, sources=who.sources
            )
        return {"Authorization": f"Bearer {self._tokens[who]}"}


def now() -> datetime:
    return datetime.now(UTC)
