"""What all stories of a module share: the running notifier, its clock, the outside world."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.integration.notifier.mail_server import MailServer
from tests.integration.notifier.phones import Phones

from lead.issuer import LocalIssuer
from notifier.channels.breaker import LEFT_ALONE
from notifier.contacts.domain import Channel
from notifier.queue import waker
from shared.testing import Stage, eventually

# Every story begins on this Tuesday at 10:00 in Seattle.
BEGINNING = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)

# Timers that set themselves again for ever: they fire whenever time passes, and need no stop.
RECURRING = ["housekeeping", "audit.sweep", "audit.test-pages"]

_UNDER_WAY = """
SELECT (SELECT count(*) FROM timer WHERE due_at <= $1)
     + (SELECT count(*) FROM delivery WHERE state = 'queued'
        AND (next_attempt_at <= $1 AND channel <> ALL($2) OR lease IS NOT NULL)) AS count"""

_LEFT_ALONE = re.compile(r'^lead_channel_left_alone\w*\{.*channel="(\w+)".*\} 1', re.MULTILINE)


@dataclass(frozen=True)
class Notice:
    """One message as somebody got it: `channel`, and the words that they see first."""

    site: str
    who: str
    channel: str
    title: str
    text: str


class House:
    """The notifier at work for many sites, and the servers through which it reaches people."""

    def __init__(self, stage: Stage, mail: MailServer, phones: Phones, issuer: LocalIssuer) -> None:
        self.stage, self.mail, self.phones, self._issuer = stage, mail, phones, issuer

    async def begin(self) -> None:
        """The same morning again, and an outside world that works."""
        self.stage.clock.offset = BEGINNING - datetime.now(UTC)
        await self.mail.reset()
        self.phones.reset()
        async with self.stage.transaction() as tx:
            # They are due at a time of the story before, or of the machine's own clock; one that
            # fires just now would set itself again by that clock.
            await tx.raw.execute("LOCK TABLE timer IN EXCLUSIVE MODE")
            await tx.raw.execute("UPDATE timer SET due_at = $1", BEGINNING)

    def headers(self, sub: str, role: str, site: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._issuer.token(role, site, sub=sub)}"}

    def notices(self, site: str) -> list[Notice]:
        """Everything that anybody at the site got, in the order of arrival."""
        at_site = [mail for mail in self.mail.mails if mail.to.endswith(f"@{site}.example")]
        mails = [
            Notice(site, mail.to.partition("@")[0], "email", mail.subject, mail.text)
            for mail in at_site
        ]
        owners = self.phones.owners
        return mails + [
            Notice(site, owners[text.to][1], "sms", text.body, text.body)
            for text in self.phones.texts
            if owners[text.to][0] == site
        ]

    async def settled(self) -> None:
        """Wait until nothing is due or under way: what was not sent now is not sent at all."""
        await eventually(self._is_quiet)

    async def _is_quiet(self) -> bool:
        # A timer may queue a message: nothing in one look, then nothing in another.
        return not (await self._under_way() or await self._under_way())

    async def _under_way(self) -> int:
        left_alone = _LEFT_ALONE.findall((await self.stage.client.get("/metrics")).text)
        (row,) = await self.stage.rows(_UNDER_WAY, self.stage.clock.now(), left_alone)
        return int(row["count"])

    async def pass_time(self, by: timedelta) -> None:
        """Everything that comes due meanwhile happens, at its time and in its order."""
        end = self.stage.clock.now() + by
        while (due := await self._next_due()) is not None and due < end:
            # What is due already waits for a channel that is left alone.
            is_late = due <= self.stage.clock.now()
            await self._move_to(min(end, self.stage.clock.now() + LEFT_ALONE) if is_late else due)
        await self._move_to(end)

    async def _next_due(self) -> datetime | None:
        query = """
            SELECT min(at) AS at FROM (
                SELECT due_at AS at FROM timer WHERE kind <> ALL($1)
                UNION ALL SELECT next_attempt_at FROM delivery WHERE state = 'queued') AS due"""
        (row,) = await self.stage.rows(query, RECURRING)
        found: datetime | None = row["at"]
        return found

    async def _move_to(self, at: datetime) -> None:
        await self.stage.pass_time(max(timedelta(), at - self.stage.clock.now()))
        self._wake_channels()
        await self.settled()

    def _wake_channels(self) -> None:
        # The workers look by themselves too, but not at once.
        for channel in Channel:
            self.stage.database.waker(waker(channel)).set()

    async def clear(self, site: str) -> None:
        """Nothing of one story may come due in the next."""
        async with self.stage.transaction() as tx:
            await tx.raw.execute("DELETE FROM timer WHERE kind <> ALL($1)", RECURRING)
            await tx.raw.execute(
                "UPDATE delivery SET state = 'cancelled', lease = NULL"
                " WHERE site = $1 AND state = 'queued'",
                site,
            )
