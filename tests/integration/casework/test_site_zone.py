"""A site sets its time zone on a page or over the API, and its clocks follow."""

import re
from uuid import uuid4

import pytest
from tests.integration.casework.desk import Desk

from shared.events import SiteTimeZoneSet
from shared.sites import known_zone, zone_of
from shared.testing import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


def keeper(desk: Desk, site: str, role: str = "program-manager") -> dict[str, str]:
    return desk.headers(role, site=site, sub="greta")


async def is_on(site: str, name: str | None) -> None:
    """The process follows what was stored."""

    async def followed() -> bool:
        zone = known_zone(site)
        return (zone.key if zone else None) == name

    await eventually(followed)


async def test_a_site_that_nobody_has_heard_of_sets_its_zone_on_a_page(desk: Desk) -> None:
    """From UTC to its own clock, with an event for the other services; and back again."""
    site = f"zone-{uuid4().hex[:8]}"
    who = keeper(desk, site)
    page = await desk.page("/site", who)
    assert "No time zone is set." in page.text
    assert zone_of(site).key == "UTC"
    done = await desk.form("/site", who, site=site, time_zone="America/Chicago", version="0")
    assert (done.status_code, done.headers["location"]) == (303, f"/site?site={site}")
    await is_on(site, "America/Chicago")
    shown = (await desk.page("/site", who)).text
    assert re.search(r"<strong>America/Chicago</strong>.*\d\d:\d\d C[SD]T", shown)
    [event] = await desk.published(SiteTimeZoneSet, site)
    assert event.time_zone == "America/Chicago"
    await desk.form("/site", who, site=site, time_zone="", version="1")
    await is_on(site, None)


@pytest.mark.parametrize(
    "name", ["Seattle", "PST", "EST5EDT", "+08:00", "america/chicago", "America/Chicago/", "../UTC"]
)
async def test_what_is_no_zone_is_refused_at_its_field(desk: Desk, name: str) -> None:
    site = f"zone-{uuid4().hex[:8]}"
    path = f"/v1/sites/{site}/policy"
    refused = await desk.send("PUT", path, keeper(desk, site), {"time_zone": name})
    assert refused.status_code == 422
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/time_zone"]
    form = await desk.form("/site", keeper(desk, site), site=site, time_zone=name)
    assert form.status_code == 422
    assert "such as America/Chicago" in form.text


async def test_the_page_is_for_those_who_keep_the_site(desk: Desk) -> None:
    page = await desk.page("/site", desk.alice)
    assert page.status_code == 403
    elsewhere = await desk.page("/site?site=santa-fe", keeper(desk, "king-county"))
    assert elsewhere.status_code == 403
