"""Staff at a site, and the site's policy."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

_TIME: Any = DateTime(timezone=True)


class Staff(SQLModel, table=True):
    """One person at one site. `reachable`: a contact method of theirs was shown to work."""

    site: str = Field(primary_key=True)
    sub: str = Field(primary_key=True)
    name: str
    backup: str | None = None
    supervisor: str | None = None
    language: str = "en"
    reachable: bool = False
    updated_by: str
    updated_at: datetime = Field(sa_type=_TIME)


class SitePolicy(SQLModel, table=True):
    """How a site answers: its clocks, and who stands behind everybody."""

    __tablename__ = "site_policy"

    site: str = Field(primary_key=True)
    supervisor: str | None = None
    program_line_email: str | None = None
    custody_minutes: int = 30
    safety_minutes: int = 30
    legal_business_days: int = 1
    updated_by: str
    updated_at: datetime = Field(sa_type=_TIME)
