"""One address for everything: the four services, sign-in, mail, and a first page."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from lead.mailbox import Mailbox
from lead.sample_staff import SAMPLE_STAFF
from lead.services import PARTS, PREFIXES
from shared.pages import environment, security_headers, static_path

_TEMPLATES = environment("lead")
_DESK = "/auth"


def create_gateway(
    apps: Mapping[str, FastAPI], mailbox: Mailbox, sign_in_desk: ASGIApp
) -> Starlette:
    """The parent of the four apps; it runs their lifespans, which a mount does not."""

    async def first_page(_: Request) -> HTMLResponse:
        page = _TEMPLATES.get_template("first_page.html").render(
            services=[(part, apps[part.name].state.runtime.service.purpose) for part in PARTS],
            people=SAMPLE_STAFF,
            static=lambda name: static_path(_DESK, name),
        )
        return HTMLResponse(page, headers=security_headers())

    @asynccontextmanager
    async def lifespans(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for app in apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    routes: list[BaseRoute] = [Route("/", first_page), Route("/mail", mailbox.show)]
    routes += [*_mounts(apps), Mount(_DESK, sign_in_desk)]
    return Starlette(routes=routes, lifespan=lifespans)


def mounted(apps: Mapping[str, FastAPI]) -> Starlette:
    """Apps that are already running, behind their prefixes."""
    return Starlette(routes=_mounts(apps))


def _mounts(apps: Mapping[str, FastAPI]) -> list[BaseRoute]:
    mounts = [Mount(PREFIXES[name], app) for name, app in apps.items()]
    for mount in mounts:
        # An encoded line end in a path is the service's to refuse, as a problem document.
        mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return [*mounts]
