"""What can be asked about a site's policy."""

from dataclasses import dataclass

from prosecution_hook.policy.domain import Policy


@dataclass(frozen=True, slots=True)
class PublishPolicy:
    """Publish the next version of a site's policy; running holds keep theirs."""

    site: str
    policy: Policy
    by: str
    expected: int | None
