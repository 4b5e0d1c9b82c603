"""Staff at a site, and the site's policy."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ARRAY, Column, Date, DateTime, Time
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

_TIME: Any = DateTime(timezone=True)


class Staff(SQLModel, table=True):
    """One person at one site. `reachable`: a contact method of theirs was shown to work.

    A privacy officer hears of emergency access, and is never handed an alert.
    """

    site: str = Field(primary_key=True)
    sub: str = Field(primary_key=True)
    name: str
    backup: str | None = None
    supervisor: str | None = None
    language: str = "en"
    reachable: bool = False
    privacy_officer: bool = False
    hand_on: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSONB))
    updated_by: str
    updated_at: datetime = Field(sa_type=_TIME)


class SitePolicy(SQLModel, table=True):
    """How a site answers, as it is in force: clocks, quiet hours, who stands behind everybody."""

    __tablename__ = "site_policy"

    site: str = Field(primary_key=True)
    supervisor: str | None = None
    program_line_email: str | None = None
    custody_minutes: int = 30
    safety_minutes: int = 30
    legal_business_days: int = 1
    custody_old_hours: int = 72
    safety_old_hours: int = 72
    legal_old_hours: int = 720
    field_old_hours: int = 72
    held_days: int = 90
    quiet_from: time | None = None
    quiet_until: time | None = None
    digests: list[time] = Field(default_factory=list, sa_column=Column(ARRAY(Time)))
    holidays: list[date] = Field(default_factory=list, sa_column=Column(ARRAY(Date)))
    messages_at_most: int | None = None
    messages_within_minutes: int = 10
    version: int = 1
    updated_by: str
    updated_at: datetime = Field(sa_type=_TIME)


class SitePolicyVersion(SQLModel, table=True):
    """How a site answered from then on; never changed."""

    __tablename__ = "site_policy_version"

    site: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    policy: dict[str, Any] = Field(sa_column=Column(JSONB))
    updated_by: str
    updated_at: datetime = Field(sa_type=_TIME)
