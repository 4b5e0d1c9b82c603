"""An SMTP server in the test's own loop that does what the test says."""

import asyncio
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.ports import KeptPort


@dataclass(frozen=True)
class Mail:
    """One message as it was taken."""

    to: str
    raw: bytes

    @property
    def message(self) -> Message:
        return message_from_bytes(self.raw)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return str(self.message.get_payload())


def readable(mail: Mail) -> str:
    """All of it but the random characters of its one-tap link, in which any word may be."""
    return re.sub(r"/a/[\w-]+", "", mail.raw.decode()).casefold()


class MailServer:
    """`mails`: what was taken. `refusals`: the answer to an address. `drops`: how many connections
    to cut after a message was taken and before that is said. `gate`: closed, it keeps everybody
    waiting for the answer. `lies`: how many messages to confirm and throw away. `holds`: the moment
    (`greeted`, `addressed`, `data`, `taken`) from which a session gets no answer any more."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refusals: dict[str, str] = {}
        self.drops = 0
        self.lies = 0
        self.holds = ""
        self.held = asyncio.Event()
        self.connections = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._kept = KeptPort()
        self.port = self._kept.number
        self._server: asyncio.Server | None = None
        self._open: set[SMTP] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """Refuse connections from now on; `start` takes the same port again."""
        assert self._server is not None
        self._server.close()
        for session in self._open:
            _cut(session)
        self._open.clear()
        await self._server.wait_closed()

    async def close(self) -> None:
        """Stop for good."""
        if self.is_up:
            await self.stop()
        self._kept.close()

    async def reset(self) -> None:
        """Up, patient and honest again; what was taken before is forgotten."""
        self.mails.clear()
        self.refusals.clear()
        self.drops = self.lies = 0
        self.holds = ""
        self.held.clear()
        self.gate.set()
        if not self.is_up:
            await self.start()

    @property
    def is_up(self) -> bool:
        return self._server is not None and self._server.is_serving()

    def to(self, *people: str) -> list[Mail]:
        """The mails that one of these people got."""
        return [mail for mail in self.mails if mail.to.partition("@")[0] in people]

    def _session(self) -> SMTP:
        self.connections += 1
        session = SMTP(self, hostname="localhost", loop=asyncio.get_running_loop())
        self._open.add(session)
        return session

    async def handle_EHLO(
        self, _: SMTP, session: Session, __: Any, name: str, answers: list[str]
    ) -> list[str]:
        await self._hold("greeted")
        session.host_name = name
        return answers

    async def handle_RCPT(
        self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: Any
    ) -> str:
        await self._hold("addressed")
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        await self._hold("data")
        await self.gate.wait()
        if self.lies:
            self.lies -= 1
            return "250 OK"
        self.mails.append(Mail(envelope.rcpt_tos[0], envelope.content))
        if self.drops:
            self.drops -= 1
            _cut(server)
        await self._hold("taken")
        return "250 OK"

    async def _hold(self, moment: str) -> None:
        """Until the other side is gone, which ends the session."""
        if moment == self.holds:
            self.held.set()
            await asyncio.Event().wait()


def _cut(session: SMTP) -> None:
    if isinstance(session.transport, asyncio.Transport):
        session.transport.abort()
