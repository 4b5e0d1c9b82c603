"""Right after `docker compose up`: who signs in through the identity provider finds a city."""

import json

import pytest
from tests.containers.conftest import Project
from tests.containers.visitor import ADDRESS, Visitor

from lead.city import Actor
from lead.sample_policies import PARTNERS, PROSECUTION
from lead.sample_staff import SAMPLE_STAFF


def password(project: Project, name: str) -> str:
    found: str = json.loads(project.sign_ins.read_text())["passwords of sample people"][name]
    return found


@pytest.mark.parametrize("liaison", ["leo", "wes"])
async def test_a_liaison_who_signs_in_sees_the_desk(project: Project, liaison: str) -> None:
    """From the one address, by code, to the page of the role: the office is approved already."""
    async with Visitor(project.address) as visitor:
        page = await visitor.open("/")
        assert page.status_code == 200
        assert visitor.url.startswith(f"{ADDRESS}/auth/realms/throughline/")
        page = await visitor.sign_in(page, liaison, password(project, liaison))
        assert (page.status_code, visitor.url) == (200, f"{ADDRESS}/prosecution/desk"), page.text
        assert "<h1>Liaison desk</h1>" in page.text


async def test_a_wrong_password_opens_nothing(project: Project) -> None:
    """Neither a session nor a page of ours."""
    async with Visitor(project.address) as visitor:
        page = await visitor.open("/prosecution/desk")
        await visitor.sign_in(page, "leo", "guess")
        assert visitor.url.startswith(f"{ADDRESS}/auth/")
        await visitor.open("/prosecution/desk")
        assert visitor.url.startswith(f"{ADDRESS}/auth/")


@pytest.mark.parametrize("site", sorted(PROSECUTION))
async def test_the_sample_city_is_filled(project: Project, site: str) -> None:
    """People on duty, the site's policy, its approved office, its state's statutes."""
    people = {role: p.sub for p in SAMPLE_STAFF if p.site == site for role in p.roles}
    supervisor = Actor("supervisor", people["supervisor"])
    officer = Actor("privacy-officer", people["privacy-officer"])
    manager = Actor("program-manager", people["program-manager"])
    async with project.city(site) as city:
        staff = (await city.get(supervisor, "/notifier/v1/staff"))["items"]
        alerted = {p.sub for p in SAMPLE_STAFF if p.site == site and "case-manager" in p.roles}
        assert alerted < {one["sub"] for one in staff}
        [partner] = (await city.get(officer, "/prosecution/v1/partners"))["items"]
        assert partner["org"] == PARTNERS[site]["org"]
        policy = await city.get(manager, "/prosecution/v1/policy", site=site)
        assert policy["version"] == 1
        imports = await city.items(manager, "/prosecution/v1/statutes/imports")
        assert PROSECUTION[site]["state"] in {one["state"] for one in imports}
