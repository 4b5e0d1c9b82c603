"""A delivery worker that dies as in a power cut, as a process of its own."""

import asyncio
import os
import signal
import sys
from typing import Any

import pytest
from tests.integration.notifier.conftest import OpenTown
from tests.integration.notifier.mail_server import MailServer

from lead.broker import MockBroker
from notifier.main import create_app
from notifier.settings import Settings
from shared.events import TOPICS
from shared.testing import eventually, on_stage


async def _run_until_killed(settings: Settings, step: str) -> int:
    values = settings.model_dump(mode="json", exclude_none=True)
    environment = {name.upper(): str(value) for name, value in values.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "notifier.main:create_app", "--factory", "--port", "0"),
        env=os.environ | environment | {"LEAD_CRASH_AT": step},
    )
    try:
        return await asyncio.wait_for(process.wait(), 30)
    finally:
        if process.returncode is None:
            process.kill()


@pytest.mark.parametrize(("step", "copies"), [("delivery.claimed", 1), ("delivery.sent", 2)])
async def test_a_killed_worker_loses_nothing(
    open_town: OpenTown, mail: MailServer, step: str, copies: int
) -> None:
    """Claimed and not sent: sent by the next one. Sent and not recorded: once more, the same."""
    async with open_town(delivery_lease_seconds=1, delivery_workers=1) as town:
        await town.assign()
        await mail.stop()
        await town.report(town.contact())

        async def tried() -> list[dict[str, Any]]:
            query = "SELECT 1 FROM delivery WHERE attempts > 0 AND lease IS NULL"
            return await town.stage.rows(query)

        await eventually(tried)
        settings = town.stage.runtime.settings
        assert isinstance(settings, Settings)
    await mail.start()
    assert await _run_until_killed(settings, step) == -signal.SIGKILL
    assert len(mail.mails) == copies - 1
    # The dead process is still a member of its group there: that broker would wait for it.
    with MockBroker() as broker:
        broker.create_topics(dict.fromkeys(TOPICS, 1))
        again = settings.model_copy(update={"kafka_bootstrap_servers": broker.bootstrap})
        await _deliver_the_rest(again)
    assert len(mail.mails) == copies
    assert len({taken.message["Message-ID"] for taken in mail.mails}) == 1


async def _deliver_the_rest(settings: Settings) -> None:
    async with on_stage(create_app, settings) as stage:

        async def sent() -> list[dict[str, Any]]:
            return await stage.rows("SELECT 1 FROM delivery WHERE state = 'sent'")

        await eventually(sent)
