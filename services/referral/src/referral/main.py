"""Referral, the front door. `uvicorn referral.main:create_app --factory`."""

from collections.abc import Callable

from fastapi import FastAPI

from referral.consumers import SUBSCRIPTIONS
from referral.contacts.api import router as contacts
from referral.criteria.api import router as criteria
from referral.feeds.api import router as feeds
from referral.followers.api import router as followers
from referral.followers.deliveries import tell_followers
from referral.handoffs.api import router as handoffs
from referral.referrals.api import router as referrals
from referral.referrals.pages import router as pages
from referral.settings import Settings
from referral.timers import SWEEPS, TIMERS
from shared import service
from shared.clock import Clock
from shared.site_api import router as sites
from shared.supervisor import end_process

SERVICE = service.Service(
    name="referral",
    purpose="The front door for police and community: referrals and reported contacts.",
    routers=(contacts, referrals, handoffs, criteria, feeds, followers, sites, pages),
    subscriptions=SUBSCRIPTIONS,
    timers=TIMERS,
    takes_reports=True,
    sweeps=SWEEPS,
    tasks=(tell_followers,),
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
