"""What casework can be asked to do with a site's policy."""

from dataclasses import dataclass

from casework.policies.domain import SitePolicy


@dataclass(frozen=True, slots=True)
class SetPolicy:
    """Put the next version of a site's policy in force; `expected` is the version that was read."""

    site: str
    policy: SitePolicy
    by: str
    expected: int | None
