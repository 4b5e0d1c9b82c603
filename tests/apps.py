"""The four services' apps, not started: for rules about every route there is."""

import importlib
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from shared.events.export import services
from shared.testing import write_key_ring

ROOT = Path(__file__).parents[1]


@cache
def apps() -> dict[str, FastAPI]:
    """Service name -> its app. Nothing is running behind them."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        ring = write_key_ring(Path(folder) / "ring.json", "identity", "care")
        for name, package in services(ROOT).items():
            main = importlib.import_module(f"{package}.main")
            settings = main.Settings(
                database_url="postgresql://nobody@127.0.0.1:1/nothing",
                kafka_bootstrap_servers="127.0.0.1:1",
                key_ring_file=ring,
                oidc_issuer="http://issuer.test",
            )
            found[name] = main.create_app(settings)
    return found


@cache
def routes() -> dict[str, BaseRoute]:
    """`referral GET /v1/contacts` -> the route, of every service."""
    found: dict[str, BaseRoute] = {}
    for service, app in apps().items():
        for route in leaves(app.router.routes):
            for method in sorted(getattr(route, "methods", None) or {"*"}):
                if method != "HEAD":
                    found[f"{service} {method} {getattr(route, 'path', '?')}"] = route
    return found


def leaves(found: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """FastAPI keeps an included router as one; none of ours is included under a prefix."""
    for route in found:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from leaves(inner.routes)


def api_routes() -> dict[str, APIRoute]:
    return {name: route for name, route in routes().items() if isinstance(route, APIRoute)}
