"""One casework for a module's stories: each opens files of its own, the clock only goes forward."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from tests.integration.casework.builders import SITE
from tests.integration.casework.desk import Desk
from tests.integration.conftest import CLASSES, ISSUER, PARTITIONS, clone_database

from casework.main import Settings, create_app
from lead.broker import MockBroker
from lead.issuer import LocalIssuer
from lead.postgres import PostgresServer
from shared.events import TOPICS, dead_letter_topic
from shared.testing import on_stage, write_key_ring


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(
    postgres: PostgresServer,
    issuer: LocalIssuer,
    templates: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Desk]:
    home = tmp_path_factory.mktemp("casework")
    (home / "jwks.json").write_text(json.dumps(issuer.jwks()))
    with MockBroker() as broker:
        broker.create_topics(dict.fromkeys((*TOPICS, dead_letter_topic("casework")), PARTITIONS))
        settings = Settings(
            environment="embedded",
            database_url=await clone_database(postgres, templates, "casework"),
            database_pool_size=5,
            kafka_bootstrap_servers=broker.bootstrap,
            kafka_fetch_max_wait_ms=5,
            key_ring_file=write_key_ring(home / "ring.json", *CLASSES["casework"]),
            oidc_issuer=ISSUER,
            oidc_jwks_url=f"file://{home / 'jwks.json'}",
            session_secret="only-for-tests-0123456789abcdef0123456789",
            log_level="WARNING",
            # The clock goes on by months; what was published is still to be looked at.
            event_retention_days=36_500,
            inbox_retention_days=36_500,
        )
        async with on_stage(create_app, settings) as stage:
            yield Desk(stage, _headers(issuer))


def _headers(issuer: LocalIssuer) -> Callable[..., dict[str, str]]:
    def authorization(role: str, site: str = SITE, **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {issuer.token(role, site, **claims)}"}

    return authorization
