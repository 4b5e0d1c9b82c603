"""The sample staff and policies, seeded at every start; what a site has already stays as it is."""

from lead.city import Actor, City
from lead.sample_policies import PARTNERS, PROSECUTION, STATUTES
from lead.sample_staff import SAMPLE_STAFF, StaffMember
from lead.sign_ins import Tokens
from lead.statutes import body_of, find_table

_STAFF = "/notifier/v1/staff"
_PROSECUTION_POLICY = "/prosecution/v1/policy"
_PARTNERS = "/prosecution/v1/partners"
_STATUTES = "/prosecution/v1/statutes"
# Nobody of the sample staff has this role; it is the launcher that publishes.
_PROGRAM_MANAGER = Actor("program-manager", "sample-policies")


async def seed_staff(address: str, issuer: Tokens) -> None:
    """Add whom the notifier does not know yet. Raises Refused or Unreachable."""
    supervisors = {p.site: p.sub for p in SAMPLE_STAFF if "supervisor" in p.roles}
    for site, supervisor in supervisors.items():
        async with City(address, issuer, site) as city:
            await _seed_site(city, Actor("supervisor", supervisor))


async def seed_policies(address: str, issuer: Tokens) -> None:
    """Publish a prosecution policy where a site has none. Raises Refused or Unreachable."""
    for site, policy in PROSECUTION.items():
        async with City(address, issuer, site) as city:
            current = await city.get(_PROGRAM_MANAGER, _PROSECUTION_POLICY, site=site)
            if current["version"] == 0:
                body = {"site": site, "policy": policy}
                await city.post(_PROGRAM_MANAGER, _PROSECUTION_POLICY, body)


async def seed_partners(address: str, issuer: Tokens) -> None:
    """Approve a site's sample office where it has no partner. Raises Refused or Unreachable."""
    for person in SAMPLE_STAFF:
        if "privacy-officer" in person.roles:
            async with City(address, issuer, person.site) as city:
                officer = Actor("privacy-officer", person.sub)
                # Also one that was withdrawn: what the officer decided stays decided.
                if not (await city.get(officer, _PARTNERS))["items"]:
                    await city.post(officer, _PARTNERS, PARTNERS[person.site])


async def seed_statutes(address: str, issuer: Tokens) -> None:
    """Import the shipped tables where a state has none. Raises Refused or Unreachable."""
    for site, name in STATUTES.items():
        async with City(address, issuer, site) as city:
            imports = (await city.get(_PROGRAM_MANAGER, f"{_STATUTES}/imports"))["items"]
            state = PROSECUTION[site]["state"]
            if not any(known["state"] == state for known in imports):
                path = find_table(name)
                body = body_of(path, None, path.name)
                await city.post(_PROGRAM_MANAGER, f"{_STATUTES}/imports", body)


async def _seed_site(city: City, supervisor: Actor) -> None:
    known = {person["sub"] for person in (await city.get(supervisor, _STAFF))["items"]}
    for person in filter(_is_alerted, SAMPLE_STAFF):
        if person.site == city.site and person.sub not in known:
            await city.put(supervisor, f"{_STAFF}/{person.sub}", _body(person, supervisor.sub))
    if not known:
        line = f"program-line@{city.site}.example"
        policy = {"supervisor": supervisor.sub, "program_line_email": line}
        await city.put(supervisor, f"/notifier/v1/sites/{city.site}/policy", policy)


def _is_alerted(person: StaffMember) -> bool:
    """The notifier's staff can be handed an alert: no prosecutor is among them (R-09)."""
    return not {"case-manager", "supervisor"}.isdisjoint(person.roles)


def _body(person: StaffMember, supervisor: str) -> dict[str, str | None]:
    return {
        "site": person.site,
        "name": person.name,
        "email": person.email,
        "backup": person.backup,
        "supervisor": supervisor if person.sub != supervisor else None,
    }
