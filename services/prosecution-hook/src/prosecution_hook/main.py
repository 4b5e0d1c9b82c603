"""Prosecution-hook: `uvicorn prosecution_hook.main:create_app --factory`."""

from collections.abc import Callable

from fastapi import FastAPI

from prosecution_hook.consumers import SUBSCRIPTIONS
from prosecution_hook.coordination import api as coordination_api
from prosecution_hook.desk import pages
from prosecution_hook.holds import api as holds_api
from prosecution_hook.ledger import api as ledger_api
from prosecution_hook.outgoing import api as outgoing_api
from prosecution_hook.outgoing.handlers import forget_deliveries
from prosecution_hook.outgoing.worker import send_webhooks
from prosecution_hook.partners import api as partners_api
from prosecution_hook.policy import api as policy_api
from prosecution_hook.reports import api as reports_api
from prosecution_hook.reports import webhooks
from prosecution_hook.settings import Settings
from prosecution_hook.statutes import api as statutes_api
from prosecution_hook.timers import TIMERS
from shared import service
from shared.clock import Clock
from shared.supervisor import end_process

SERVICE = service.Service(
    name="prosecution-hook",
    purpose="Prosecutors' and courts' reports in; holds and cases coordinated under consent.",
    routers=(
        reports_api.router,
        webhooks.router,
        ledger_api.router,
        holds_api.router,
        policy_api.router,
        coordination_api.router,
        pages.router,
        partners_api.router,
        outgoing_api.router,
        statutes_api.router,
    ),
    subscriptions=SUBSCRIPTIONS,
    timers=TIMERS,
    takes_reports=True,
    sweeps=(forget_deliveries,),
    tasks=(send_webhooks,),
)


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    on_failure: Callable[[], None] = end_process,
) -> FastAPI:
    """The app; without settings, from the environment."""
    settings = settings or Settings()
    return service.create_app(SERVICE, settings, clock=clock, on_failure=on_failure)
