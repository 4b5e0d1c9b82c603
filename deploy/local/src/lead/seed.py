"""The sample city, seeded at every start; what a site has already stays as it is."""

from lead.city import Actor, City
from lead.sample_policies import PARTNERS, PROSECUTION, STATUTES
from lead.sample_staff import SAMPLE_STAFF, StaffMember
from lead.sign_ins import Tokens
from lead.statute_files import body_of, find_table

_STAFF = "/notifier/v1/staff"
_PROSECUTION_POLICY = "/prosecution/v1/policy"
_PARTNERS = "/prosecution/v1/partners"
_STATUTES = "/prosecution/v1/statutes"


async def seed_city(issuer: Tokens, *, notifier: str, prosecution: str) -> None:
    """Staff on duty, policies, approved offices, statutes. Raises Refused or Unreachable.

    The addresses are a gateway's, or the two services' own.
    """
    await seed_staff(notifier, issuer)
    await seed_policies(prosecution, issuer)
    await seed_partners(prosecution, issuer)
    await seed_statutes(prosecution, issuer)


async def seed_staff(address: str, issuer: Tokens) -> None:
    """Add whom the notifier does not know yet. Raises Refused or Unreachable."""
    for site in PROSECUTION:
        async with City(address, issuer, site) as city:
            await _seed_site(city, _who("supervisor", site))


async def seed_policies(address: str, issuer: Tokens) -> None:
    """Publish a prosecution policy where a site has none. Raises Refused or Unreachable."""
    for site, policy in PROSECUTION.items():
        manager = _who("program-manager", site)
        async with City(address, issuer, site) as city:
            current = await city.get(manager, _PROSECUTION_POLICY, site=site)
            if current["version"] == 0:
                body = {"site": site, "policy": policy}
                await city.post(manager, _PROSECUTION_POLICY, body)


async def seed_partners(address: str, issuer: Tokens) -> None:
    """Approve a site's sample office where it has no partner. Raises Refused or Unreachable."""
    for site, partner in PARTNERS.items():
        officer = _who("privacy-officer", site)
        async with City(address, issuer, site) as city:
            # Also one that was withdrawn: what the officer decided stays decided.
            if not (await city.get(officer, _PARTNERS))["items"]:
                await city.post(officer, _PARTNERS, partner)


async def seed_statutes(address: str, issuer: Tokens) -> None:
    """Import the shipped tables where a state has none. Raises Refused or Unreachable."""
    for site, name in STATUTES.items():
        manager = _who("program-manager", site)
        async with City(address, issuer, site) as city:
            imports = (await city.get(manager, f"{_STATUTES}/imports"))["items"]
            state = PROSECUTION[site]["state"]
            if not any(known["state"] == state for known in imports):
                path = find_table(name)
                body = body_of(path, None, path.name)
                await city.post(manager, f"{_STATUTES}/imports", body)


def _who(role: str, site: str) -> Actor:
    """The sample person with this role at a site."""
    subs = (p.sub for p in SAMPLE_STAFF if p.site == site and role in p.roles)
    return Actor(role, next(subs))


async def _seed_site(city: City, supervisor: Actor) -> None:
    known = {person["sub"] for person in (await city.get(supervisor, _STAFF))["items"]}
    for person in filter(_is_told, SAMPLE_STAFF):
        if person.site == city.site and person.sub not in known:
            await city.put(supervisor, f"{_STAFF}/{person.sub}", _body(person, supervisor.sub))
    if not known:
        line = f"program-line@{city.site}.example"
        policy = {"supervisor": supervisor.sub, "program_line_email": line}
        await city.put(supervisor, f"/notifier/v1/sites/{city.site}/policy", policy)


def _is_told(person: StaffMember) -> bool:
    """The notifier's staff hear of participants or of emergencies: no prosecutor is among them
    (R-09)."""
    return not {"case-manager", "supervisor", "privacy-officer"}.isdisjoint(person.roles)


def _body(person: StaffMember, supervisor: str) -> dict[str, str | bool | None]:
    return {
        "site": person.site,
        "name": person.name,
        "email": person.email,
        "backup": person.backup,
        "supervisor": supervisor if person.sub != supervisor else None,
        "privacy_officer": "privacy-officer" in person.roles,
    }
