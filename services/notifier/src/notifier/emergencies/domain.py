"""Partners that were let in in an emergency."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

_TIME: Any = DateTime(timezone=True)


class Emergency(SQLModel, table=True):
    """One that is open, or over and not reviewed; a projection of prosecution-hook's partners."""

    __tablename__ = "emergency_access"

    partner_id: UUID = Field(primary_key=True)
    site: str
    org: str
    opened_at: datetime = Field(sa_type=_TIME)
    ends_at: datetime = Field(sa_type=_TIME)
    ended_at: datetime | None = Field(default=None, sa_type=_TIME)
    reviewed_at: datetime | None = Field(default=None, sa_type=_TIME)

    @property
    def is_settled(self) -> bool:
        return self.ended_at is not None and self.reviewed_at is not None
