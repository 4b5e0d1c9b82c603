"""Settings of prosecution-hook: who may send it signed webhooks, beside those of every service."""

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.config import ServiceSettings

PREFIX = "whsec_"
SHORTEST_SECRET = 24


def _signing_secret(value: str) -> str:
    try:
        secret = base64.b64decode(value.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) < SHORTEST_SECRET:
        raise ValueError("a webhook secret is whsec_ and the base64 of 24 bytes or more")
    return value


class WebhookSource(BaseModel):
    """A prosecutor's or court's system that signs what it sends (Standard Webhooks).

    Two secrets while one replaces the other; either is accepted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: str
    secrets: Annotated[
        tuple[Annotated[str, AfterValidator(_signing_secret)], ...],
        Field(min_length=1, max_length=2),
    ]


class Settings(ServiceSettings):
    """What prosecution-hook reads from its environment."""

    webhook_sources: dict[str, WebhookSource] = Field(
        default={},
        description="By source system, as JSON:"
        ' {"pcms-kcpao": {"site": "king-county", "secrets": ["whsec_..."]}}',
    )
