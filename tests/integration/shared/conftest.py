"""Pages on a real address, one per test module: opening it takes longer than using it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tests.website import Website, open_website

from lead.postgres import PostgresServer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Website]:
    """A service with pages and the sign-in desk behind one address."""
    async with open_website(postgres, tmp_path_factory.mktemp("website")) as opened:
        yield opened


@pytest.fixture
def website(running: Website) -> Website:
    """The running address, as if nothing had happened on it."""
    running.behavior.reset()
    return running
