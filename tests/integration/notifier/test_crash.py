"""The notifier as a process of its own, killed with SIGKILL at every step of a delivery."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from tests.integration.conftest import CLASSES, ISSUER, clone_database
from tests.integration.notifier.forked import Forked
from tests.integration.notifier.mail_server import MailServer

from lead.issuer import LocalIssuer
from lead.postgres import PostgresServer
from notifier.domain import AlertState, AlertStep, Standing, fold
from shared.events import AlertClosed, AlertDelivered, MatchTier, ParticipantRecontacted
from shared.events.wire import encode
from shared.ids import new_id, new_participant_key
from shared.sealing import KeyRing
from shared.testing import MASTER_RING, eventually, write_key_ring

SITE = "king-county"
PATIENCE = 60
# When it is killed, and how many copies alice gets: a second one only of what may have arrived.
GREETED, ADDRESSED, TAKEN = "greeted", "addressed", "taken"
RECORDING, TAKEN_TWICE = "recording", "taken twice"
COPIES = {GREETED: 1, ADDRESSED: 1, TAKEN: 2, RECORDING: 2, TAKEN_TWICE: 2}


_CLAIMED = """
SELECT 1 FROM delivery JOIN alert ON alert.id = alert_id
WHERE alert.participant = $1 AND lease IS NOT NULL"""
_LOCK = "SELECT id FROM alert WHERE participant = $1 FOR UPDATE"
_WAITS = """
SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"""


class Mortal:
    """The running notifier, its database, and the servers around it, which outlive it."""

    def __init__(self, served: Forked, database: Any, broker: str, mail: MailServer) -> None:
        self.served, self.database, self.mail = served, database, mail
        self._broker = broker

    async def hire(self, headers: Callable[..., dict[str, str]], sub: str, **more: str) -> None:
        body = {"site": SITE, "name": sub.title(), "email": f"{sub}@{SITE}.example", **more}
        boss = headers("supervisor", SITE, sub="boss")
        answer = await self.served.client.put(f"/v1/staff/{sub}", json=body, headers=boss)
        assert answer.status_code == 200, answer.text

    async def lives(self) -> None:
        """It starts, and whatever its predecessor left behind is brought to its end."""
        self.served.start()
        await self.served.ready()
        await eventually(self._is_done, seconds=PATIENCE)

    async def _is_done(self) -> bool:
        return not await self.database.fetchval(
            "SELECT EXISTS (SELECT FROM delivery WHERE state = 'queued')"
        )

    async def dies_when(self, moment: str) -> str:
        """It hears of a new contact, and is killed at this moment; returns the participant."""
        if moment == RECORDING:
            return await self._dies_recording()
        self.mail.holds = TAKEN if moment == TAKEN_TWICE else moment
        participant = await self._hears()
        await self._dies_held()
        if moment == TAKEN_TWICE:
            self.served.start()
            await self._dies_held()
        self.mail.holds = ""
        return participant

    async def _dies_held(self) -> None:
        await asyncio.wait_for(self.mail.held.wait(), PATIENCE)
        self.served.kill()
        self.mail.held.clear()

    async def _dies_recording(self) -> str:
        """Its transaction that writes down the outcome waits for a lock that we hold."""
        self.mail.gate.clear()
        participant = await self._hears()
        await eventually(lambda: self.database.fetchval(_CLAIMED, participant), seconds=PATIENCE)
        async with self.database.transaction():
            await self.database.execute(_LOCK, participant)
            self.mail.gate.set()
            await eventually(lambda: self.database.fetchval(_WAITS), seconds=PATIENCE)
            self.served.kill()
        return participant

    async def _hears(self) -> str:
        now = await self.database.fetchval("SELECT now()")
        contact = ParticipantRecontacted(
            site=SITE, subject=new_participant_key(), occurred_at=now, cause="police-contact",
            tier=MatchTier.EXACT, receipt=new_id(), reported_by="rms-spd", display_name="Sam T.",
            source_record_id=f"R-{new_id()}", received_at=now, case_manager="alice",
        )  # fmt: skip
        message = encode(contact, KeyRing(MASTER_RING["keys"]))
        headers = [(name, value.encode()) for name, value in message.headers.items()]
        async with AIOKafkaProducer(bootstrap_servers=self._broker, acks="all") as producer:
            await producer.send_and_wait(
                message.topic, message.payload, key=message.key.encode(), headers=headers
            )
        return contact.subject

    async def alert(self, participant: str) -> Any:
        [row] = await self.database.fetch(
            "SELECT id, number FROM alert WHERE participant = $1", participant
        )
        return row

    async def standing(self, alert_id: UUID) -> Standing:
        query = "SELECT * FROM alert_step WHERE alert_id = $1 ORDER BY seq"
        return fold(AlertStep(**step) for step in await self.database.fetch(query, alert_id))

    async def said(self, kind: type[AlertClosed | AlertDelivered], alert_id: UUID) -> list[Any]:
        """What the outbox ever had of this kind about an alert."""
        query = "SELECT payload FROM outbox WHERE type = $1"
        found = [json.loads(row["payload"]) for row in await self.database.fetch(query, kind.type)]
        return [event for event in found if event["alert_id"] == str(alert_id)]


@pytest.fixture
async def notifier(
    postgres: PostgresServer,
    templates: dict[str, str],
    broker: str,
    issuer: LocalIssuer,
    mail: MailServer,
    tmp_path: Path,
) -> AsyncIterator[Mortal]:
    (tmp_path / "jwks.json").write_text(json.dumps(issuer.jwks()))
    dsn = await clone_database(postgres, templates, "notifier")
    environment = {
        "ENVIRONMENT": "embedded",
        "DATABASE_URL": dsn,
        "DELIVERY_LEASE_SECONDS": "1",
        "DELIVERY_WORKERS": "1",
        "KAFKA_BOOTSTRAP_SERVERS": broker,
        "KAFKA_FETCH_MAX_WAIT_MS": "5",
        # The mock broker makes the next member wait for the dead one for this long, less a second.
        "KAFKA_SESSION_TIMEOUT_MS": "2000",
        "KEY_RING_FILE": str(write_key_ring(tmp_path / "ring.json", *CLASSES["notifier"])),
        "LOG_LEVEL": "WARNING",
        "OIDC_ISSUER": ISSUER,
        "OIDC_JWKS_URL": f"file://{tmp_path / 'jwks.json'}",
        "SESSION_SECRET": "only-for-tests-0123456789abcdef0123456789",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail.port),
    }
    served = Forked(environment)
    database = await asyncpg.connect(dsn)
    yield Mortal(served, database, broker, mail)
    await database.close()
    await served.close()


async def test_killed_at_any_step_it_tells_at_least_once_and_at_most_twice(
    notifier: Mortal, headers: Callable[..., dict[str, str]]
) -> None:
    """One alert for each step of a delivery: none is lost, a copy comes only of what may have
    arrived, and has its number; what was killed twice goes to the next person, never a third time.
    Each alert has one end."""
    await notifier.lives()
    await notifier.hire(headers, "ben")
    await notifier.hire(headers, "alice", backup="ben")
    participants = {}
    for moment in COPIES:
        participants[moment] = await notifier.dies_when(moment)
        await notifier.lives()
    mails = notifier.mail
    for moment, copies in COPIES.items():
        alert = await notifier.alert(participants[moment])
        same = [mail for mail in mails.to("alice") if mail.subject == f"New item {alert['number']}"]
        assert len(same) == copies, moment
        assert len({mail.message["Message-ID"] for mail in same}) == 1
        assert (await notifier.standing(alert["id"])).state is AlertState.TOLD
        assert [e["end_state"] for e in await notifier.said(AlertClosed, alert["id"])] == ["told"]
        assert len(await notifier.said(AlertDelivered, alert["id"])) == 1
    assert [mail.to.partition("@")[0] for mail in mails.mails].count("ben") == 1
    assert len(mails.mails) == sum(COPIES.values()) + 1
