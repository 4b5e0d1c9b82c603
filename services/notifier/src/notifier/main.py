"""The notifier. `uvicorn notifier.main:create_app --factory`."""

from collections.abc import Callable

from fastapi import FastAPI

from notifier import api, pages
from notifier.answering import api as answering_api
from notifier.answering import pages as answering_pages
from notifier.auditing.watch import watch_auditor
from notifier.consumers import SUBSCRIPTIONS
from notifier.contacts import api as contacts_api
from notifier.contacts import pages as contacts_pages
from notifier.contacts import rules_api
from notifier.coverage import api as coverage_api
from notifier.coverage import calendar_api
from notifier.coverage import pages as coverage_pages
from notifier.deliveries import deliverers
from notifier.receipts import callbacks
from notifier.settings import Settings
from notifier.staff import api as staff_api
from notifier.stream import Hub
from notifier.team import pages as team_pages
from notifier.timers import TIMERS
from shared import service
from shared.clock import Clock
from shared.supervisor import end_process


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    on_failure: Callable[[], None] = end_process,
) -> FastAPI:
    """The app; without settings, from the environment."""
    settings, hub = settings or Settings(), Hub()
    notifier = service.Service(
        name="notifier",
        purpose="The alert reaches the person on duty, provably.",
        routers=(
            api.router,
            answering_api.router,
            answering_pages.router,
            staff_api.router,
            contacts_api.router,
            rules_api.router,
            coverage_api.router,
            calendar_api.router,
            callbacks.router,
            pages.router,
            contacts_pages.router,
            coverage_pages.router,
            team_pages.router,
        ),
        subscriptions=SUBSCRIPTIONS,
        timers=TIMERS,
        tasks=(*deliverers(settings), hub.announce_changes, watch_auditor),
    )
    app = service.create_app(notifier, settings, clock=clock, on_failure=on_failure)
    app.state.hub = hub
    return app
