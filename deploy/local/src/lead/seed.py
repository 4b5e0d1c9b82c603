"""The sample staff, made known to the notifier at every start; who is known stays as they are."""

from lead.city import Actor, City
from lead.sample_staff import SAMPLE_STAFF, StaffMember
from lead.sign_ins import Tokens

_STAFF = "/notifier/v1/staff"


async def seed_staff(address: str, issuer: Tokens) -> None:
    """Add whom the notifier does not know yet. Raises Refused or Unreachable."""
    supervisors = {p.site: p.sub for p in SAMPLE_STAFF if "supervisor" in p.roles}
    for site, supervisor in supervisors.items():
        async with City(address, issuer, site) as city:
            await _seed_site(city, Actor("supervisor", supervisor))


async def _seed_site(city: City, supervisor: Actor) -> None:
    known = {person["sub"] for person in (await city.get(supervisor, _STAFF))["items"]}
    for person in SAMPLE_STAFF:
        if person.site == city.site and person.sub not in known:
            await city.put(supervisor, f"{_STAFF}/{person.sub}", _body(person, supervisor.sub))
    if not known:
        line = f"program-line@{city.site}.example"
        policy = {"supervisor": supervisor.sub, "program_line_email": line}
        await city.put(supervisor, f"/notifier/v1/sites/{city.site}/policy", policy)


def _body(person: StaffMember, supervisor: str) -> dict[str, str | None]:
    return {
        "site": person.site,
        "name": person.name,
        "email": person.email,
        "backup": person.backup,
        "supervisor": supervisor if person.sub != supervisor else None,
    }
