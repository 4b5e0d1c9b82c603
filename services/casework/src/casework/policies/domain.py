"""A site's casework policy: clocks and limits as data (domain.md 7.3, 1.6)."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from shared.sites import TimeZoneName

Days = Annotated[int, Field(ge=1, le=3_650)]


class SitePolicy(BaseModel):
    """What ran under a version stays under it: every clock keeps the time it was set to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # 30 days is the longest that a statute allows for intake (Cal. Penal Code 1001.87).
    intake_deadline_days: Annotated[int, Field(ge=1, le=30)] = 30
    intake_warning_days: Annotated[int, Field(ge=0, le=30)] = 7
    # How long after its time somebody is asked whether the interview was held.
    intake_appointment_hours: Annotated[int, Field(ge=1, le=24 * 7)] = 24
    caseload_warn_at: Annotated[int, Field(ge=1, le=500)] = 20
    caseload_full_at: Annotated[int, Field(ge=1, le=500)] = 25
    consent_notice_days: Days = 30
    plan_review_days: Days = 90
    workgroup_cycle_days: Days = 14
    # Of every service's clocks and days at this site; null: as the deployment says.
    time_zone: TimeZoneName | None = None

    @model_validator(mode="after")
    def in_order(self) -> Self:
        if self.caseload_warn_at > self.caseload_full_at:
            raise PydanticCustomError("warns_too_late", "Warn before the caseload is full.")
        if self.intake_warning_days >= self.intake_deadline_days:
            raise PydanticCustomError("warns_too_early", "Warn after intake may have begun.")
        return self


class PolicyVersion(SQLModel, table=True):
    """One version of one site's policy; the newest is in force."""

    __tablename__ = "casework_policy"

    site: str = Column(primary_key=True)
    version: int = Column(primary_key=True)
    body: dict[str, Any] = Column(sa_type=JSONB)
    set_by: str
    set_at: datetime = Column(sa_type=DateTime(timezone=True))

    @property
    def policy(self) -> SitePolicy:
        return SitePolicy.model_validate(self.body)
