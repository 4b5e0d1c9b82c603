"""Casework's settings, and the policy that its handlers are given."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from shared.config import ServiceSettings


class CaseloadPolicy(BaseModel):
    """How many participants one case manager may have at a site; 12 to 15 are usual."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warn_at: int = 20
    full_at: int = 25


class Policy(BaseModel):
    """What a site or the law may set."""

    model_config = ConfigDict(frozen=True)

    unmatched_retention: timedelta = timedelta(hours=24)
    review_retention: timedelta = timedelta(days=7)
    lookback: timedelta = timedelta(days=30)
    custody_review: timedelta = timedelta(hours=4)
    caseloads: dict[str, CaseloadPolicy] = {}

    def caseload_at(self, site: str) -> CaseloadPolicy:
        return self.caseloads.get(site, CaseloadPolicy())


class Settings(ServiceSettings):
    """One process of casework."""

    unmatched_retention_hours: int = Field(
        default=24, ge=1, le=24 * 7, description="Reports that match nobody are purged after this."
    )
    review_retention_days: int = Field(
        default=7, ge=1, le=7, description="Reports under review are purged after this (R-12)."
    )
    lookback_days: int = Field(
        default=30, ge=1, le=365, description="A matched report can be looked at again this long."
    )
    review_custody_hours: int = Field(
        default=4, ge=1, description="The clock of a review about somebody in custody."
    )
    caseload_policies: dict[str, CaseloadPolicy] = Field(
        default={}, description='By site, as JSON: {"king-county": {"warn_at": 20, "full_at": 25}}'
    )

    @property
    def policy(self) -> Policy:
        return Policy(
            unmatched_retention=timedelta(hours=self.unmatched_retention_hours),
            review_retention=timedelta(days=self.review_retention_days),
            lookback=timedelta(days=self.lookback_days),
            custody_review=timedelta(hours=self.review_custody_hours),
            caseloads=self.caseload_policies,
        )
