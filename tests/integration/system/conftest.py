"""All four services in this process, each with its own database, on one broker."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from tests.integration.conftest import PACKAGES, OpenStage
from tests.integration.notifier.mail_server import MailServer
from tests.integration.system.house import Headers, House


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def house(open_stage: OpenStage, mail: MailServer, headers: Headers) -> AsyncIterator[House]:
    """Everything is traced, and everything that a log could say is said."""
    more = {"notifier": {"smtp_host": "127.0.0.1", "smtp_port": mail.port}}
    async with AsyncExitStack() as stack:
        stages = {
            name: await stack.enter_async_context(
                open_stage(name, trace_sample_ratio=1.0, log_level="DEBUG", **more.get(name, {}))
            )
            for name in PACKAGES
        }
        yield House(stages, mail, headers)
