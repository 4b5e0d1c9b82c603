"""The notifier on stage, with a mail server and a site's staff."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from tests.integration.notifier.mail_server import MailServer
from tests.integration.notifier.town import KING, Headers, Town

OpenTown = Callable[..., AbstractAsyncContextManager[Town]]


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def open_town(open_stage: Any, mail: MailServer, headers: Headers) -> OpenTown:
    """`async with open_town() as town:` a site with staff and its policy set."""

    @asynccontextmanager
    async def opened(**changes: Any) -> AsyncIterator[Town]:
        settings = {"smtp_host": "127.0.0.1", "smtp_port": mail.port} | changes
        async with open_stage("notifier", **settings) as stage:
            async with stage.transaction() as tx:
                # At 18:00 in Seattle it mails everybody: these tests run at any hour. Locked, so
                # that the wheel is not just setting it for the next hour.
                await tx.raw.execute("LOCK TABLE timer IN EXCLUSIVE MODE")
                await tx.raw.execute("DELETE FROM timer WHERE kind = 'audit.test-pages'")
            town = Town(stage, mail, headers)
            await town.hire("alice", backup="ben", supervisor="carla")
            await town.hire("ben", supervisor="carla")
            await town.hire("carla")
            policy = {"supervisor": "carla", "program_line_email": "line@program.example"}
            path = f"/v1/sites/{KING}/policy"
            (await stage.client.put(path, json=policy, headers=town.carla)).raise_for_status()
            yield town

    return opened


@pytest.fixture
async def town(open_town: OpenTown) -> AsyncIterator[Town]:
    async with open_town() as opened:
        yield opened
