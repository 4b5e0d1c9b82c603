"""The header's entries: one list for all services, so that every page leads to every other."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.callers import Caller

# Where a gateway serves each service (`api.md`); a service run alone shows only its own pages.
PREFIXES = {
    "referral": "/referral",
    "casework": "/casework",
    "prosecution-hook": "/prosecution",
    "notifier": "/notifier",
}
HERE = ""


@dataclass(frozen=True)
class Place:
    """A page worth an entry: `service` serves it at `path` (HERE: every service does)."""

    label: str
    service: str
    path: str
    roles: tuple[str, ...]


# A service adds its pages here. The first that a person may use is where signing in leads.
PLACES = (
    Place("Referrals", "referral", "/referrals", ("referral-desk",)),
    Place("Inbox", "notifier", "/inbox", ("case-manager", "supervisor", "privacy-officer")),
    Place("Team", "notifier", "/team", ("supervisor",)),
    Place("Caseload", "casework", "/caseload", ("case-manager", "supervisor")),
    Place("Work group", "casework", "/workgroup", ("case-manager", "supervisor")),
    Place("Coverage", "notifier", "/coverage", ("case-manager", "supervisor")),
    Place("How I am reached", "notifier", "/me", ("case-manager", "supervisor", "privacy-officer")),
    Place("Reviews", "casework", "/reviews", ("identity-reviewer",)),
    Place("Liaison desk", "prosecution-hook", "/desk", ("liaison-prosecutor",)),
    Place("Site", "casework", "/site", ("program-manager", "supervisor")),
    Place("Dead letters", HERE, "/operations/dead-letters", ("ops",)),
)


@dataclass(frozen=True)
class Entry:
    """One link of the header."""

    label: str
    href: str


Locate = Callable[[str, str], str | None]


def places_of(service: str, root: str) -> Locate:
    """A function of (service, path) giving the address as seen from this service, or None."""
    prefix = PREFIXES.get(service)
    base = root.removesuffix(prefix) if prefix and root.endswith(prefix) else None

    def locate(other: str, path: str) -> str | None:
        if other in (HERE, service):
            return f"{root}{path}"
        return None if base is None else f"{base}{PREFIXES[other]}{path}"

    return locate


def entries_for(caller: Caller, locate: Locate) -> list[Entry]:
    """The pages that the caller may use and that are served here."""
    found = [(p.label, locate(p.service, p.path)) for p in PLACES if caller.has(*p.roles)]
    return [Entry(label, href) for label, href in found if href is not None]


def siblings(service: str, root: str, path: str) -> list[Entry]:
    """The same page on each service behind this gateway, this one included."""
    locate = places_of(service, root)
    found = [(name, locate(name, path)) for name in dict.fromkeys((service, *sorted(PREFIXES)))]
    return sorted(
        (Entry(name, href) for name, href in found if href is not None), key=lambda e: e.label
    )
