"""An intake service alone: its own database, its environment, and nobody else."""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.integration.conftest import CLASSES, ISSUER, PACKAGES, clone_database
from tests.integration.prosecution.test_charges import CHARGE
from tests.integration.referral.bodies import contact

from lead.issuer import LocalIssuer
from lead.postgres import PostgresServer
from shared.testing import eventually, write_key_ring

Sender = tuple[str, str, str, dict[str, Any]]


JAIL: Sender = ("agency-reporter", "jms-county-a", "/v1/contacts", contact())
COURT: Sender = ("court-system", "pcms-kcpao", "/v1/charges", CHARGE)


@pytest.mark.parametrize(("service", "sender"), [("referral", JAIL), ("prosecution-hook", COURT)])
async def test_it_takes_reports_while_kafka_is_away(
    postgres: PostgresServer,
    templates: dict[str, str],
    issuer: LocalIssuer,
    headers: Callable[..., dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    service: str,
    sender: Sender,
) -> None:
    """Settings come from the environment; alive and useful, though not ready."""
    (tmp_path / "jwks.json").write_text(json.dumps(issuer.jwks()))
    environment = {
        "DATABASE_URL": await clone_database(postgres, templates, service),
        "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
        "KEY_RING_FILE": str(write_key_ring(tmp_path / "ring.json", *CLASSES[service])),
        "OIDC_ISSUER": ISSUER,
        "OIDC_JWKS_URL": f"file://{tmp_path / 'jwks.json'}",
        "SESSION_SECRET": "only-for-tests-0123456789abcdef0123456789",
        "LOG_LEVEL": "CRITICAL",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    create_app = import_module(f"{PACKAGES[service]}.main").create_app
    app = create_app(on_failure=lambda: pytest.fail("a task ended"))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service.test") as client,
    ):
        assert (await client.get("/healthz")).status_code == 200

        async def waits_for_the_broker_alone() -> bool:
            ready = await client.get("/readyz")
            assert ready.status_code == 503
            return bool(
                ready.json()["checks"] | {"consumer": None}
                == {"database": True, "broker": False, "consumer": None, "not_draining": True}
            )

        await eventually(waits_for_the_broker_alone)
        role, source, path, body = sender
        caller = headers(role, sources=[source])
        answer = await client.post(path, json=body, headers=caller)
        assert answer.status_code == 202
