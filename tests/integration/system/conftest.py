"""All four services in this process, each with its own database, on one broker."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from tests.integration.conftest import PACKAGES, OpenStage
from tests.integration.notifier.mail_server import MailServer
from tests.integration.system.house import Headers, House


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.close()


@asynccontextmanager
async def opened(
    open_stage: OpenStage, mail: MailServer, headers: Headers, **changes: Any
) -> AsyncIterator[House]:
    more = {"notifier": {"smtp_host": "127.0.0.1", "smtp_port": mail.port}}
    async with AsyncExitStack() as stack:
        stages = {
            name: await stack.enter_async_context(open_stage(name, **changes, **more.get(name, {})))
            for name in PACKAGES
        }
        yield House(stages, mail, headers)


@pytest.fixture
async def house(open_stage: OpenStage, mail: MailServer, headers: Headers) -> AsyncIterator[House]:
    """Everything is traced, and everything that a log could say is said."""
    async with opened(
        open_stage, mail, headers, trace_sample_ratio=1.0, log_level="DEBUG"
    ) as house:
        yield house


@pytest.fixture
async def quiet_house(
    open_stage: OpenStage, mail: MailServer, headers: Headers
) -> AsyncIterator[House]:
    """As it is run day by day, so that what is timed is the answer and not its traces."""
    async with opened(open_stage, mail, headers) as house:
        yield house
