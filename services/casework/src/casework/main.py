"""Casework, put together."""

from collections.abc import Callable

from fastapi import FastAPI

from casework.assignments.api import router as assignments
from casework.consents.api import router as consents
from casework.consumers import subscriptions
from casework.coordination.api import router as coordination
from casework.directory.api import router as directory
from casework.encounters.api import router as encounters
from casework.exits.api import router as exits
from casework.facts.api import router as facts
from casework.intake.api import router as intake
from casework.linkages.api import router as linkages
from casework.matching.api import router as matching
from casework.matching.pages import router as review_pages
from casework.matching.people_api import router as people
from casework.naming.api import router as naming
from casework.pages.routers import PAGES
from casework.participants.api import router as participants
from casework.plans.api import router as plans
from casework.policies.api import router as policies
from casework.rights.api import router as rights
from casework.settings import Settings as Settings
from casework.timeline.api import router as timeline
from casework.timers import timers
from casework.work.api import router as work
from casework.workgroup.api import router as workgroup
from shared import service
from shared.clock import Clock
from shared.supervisor import end_process

ROUTERS = (
    participants,
    exits,
    intake,
    naming,
    facts,
    assignments,
    plans,
    consents,
    encounters,
    linkages,
    coordination,
    timeline,
    rights,
    workgroup,
    directory,
    work,
    policies,
    matching,
    people,
    review_pages,
    *PAGES,
)


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
        routers=ROUTERS,
        subscriptions=subscriptions(settings.policy),
        timers=timers(settings.policy),
    )
    return service.create_app(casework, settings, clock=clock, on_failure=on_failure)
