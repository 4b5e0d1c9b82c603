"""Casework, put together."""

from collections.abc import Callable

from fastapi import FastAPI

from casework.consents.api import router as consents
from casework.consumers import subscriptions
from casework.matching.api import router as matching
from casework.participants.api import router as participants
from casework.plans.api import router as plans
from casework.settings import Settings as Settings
from casework.timers import TIMERS
from shared import service
from shared.clock import Clock
from shared.supervisor import end_process


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    on_failure: Callable[[], None] = end_process,
) -> FastAPI:
    """`uvicorn casework.main:create_app --factory` runs casework alone."""
    settings = settings or Settings()
    casework = service.Service(
        name="casework",
        purpose="Who the participants are, who works with them, and what was agreed.",
        routers=(participants, plans, consents, matching),
        subscriptions=subscriptions(settings.policy),
        timers=TIMERS,
    )
    return service.create_app(casework, settings, clock=clock, on_failure=on_failure)
