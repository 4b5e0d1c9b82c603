"""Sources that say nothing."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

_TIME: Any = DateTime(timezone=True)


class SilentFeed(SQLModel, table=True):
    """A source that is silent right now; a projection of referral's feed health."""

    __tablename__ = "silent_feed"

    site: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    last_heard_at: datetime | None = Field(default=None, sa_type=_TIME)
    known_since: datetime = Field(sa_type=_TIME)
