"""Settings of referral alone."""

from pydantic import Field

from shared.config import ServiceSettings


class Settings(ServiceSettings):
    """What referral reads from its environment."""

    refusal_retention_days: int = Field(
        default=7, ge=1, description="How long refused reports stay listed."
    )
