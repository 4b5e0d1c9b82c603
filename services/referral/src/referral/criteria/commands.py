"""What can be asked of a site's criteria."""

from dataclasses import dataclass

from referral.criteria.domain import CriteriaContent


@dataclass(frozen=True)
class DraftCriteria:
    """Write a new version, which changes nothing until it is published."""

    site: str
    version: str
    content: CriteriaContent
    by: str


@dataclass(frozen=True)
class PublishCriteria:
    """Put a version in force for referrals that come from now on."""

    site: str
    version: str
    by: str
