"""A site's prosecution policy. What ran under a version stays under it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from shared.ids import new_id
from shared.reports import Label, SourceSystem
from shared.sites import zone_of

Days = Annotated[int, Field(ge=1, le=366)]
WarnDays = Annotated[
    tuple[Annotated[int, Field(ge=1, le=60)], ...],
    Field(max_length=10),
    AfterValidator(lambda days: tuple(sorted(set(days), reverse=True))),
]


class Policy(BaseModel):
    """Days and offices; the defaults hold where a site has published none (domain.md T3, T4)."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    hold_days: Days = 30
    longest_hold_days: Days = 90
    warn_days: WarnDays = (7, 3, 1)
    review_days: Days = 3
    filing_decision_days: Days = 30
    court_lead_hours: Annotated[int, Field(ge=0, le=240)] = 24
    # Whose law a statute is that is cited without its code.
    state: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    # Which office a diverted charge belongs to, and whose a source system's reports are.
    diversion_office: Label | None = None
    offices: Annotated[dict[SourceSystem, Label], Field(max_length=100)] = {}
    # Who answers for an office's coordination items.
    liaisons: Annotated[dict[Label, Label], Field(max_length=100)] = {}

    def office_of(self, source_system: str) -> str:
        return self.offices.get(source_system, source_system)

    def offices_of(self, person: str) -> set[str]:
        return {office for office, who in self.liaisons.items() if who == person}

    def owner_of(self, office: str) -> str:
        return self.liaisons.get(office, office)


class PublishedPolicy(SQLModel, table=True):
    """One version, for good; the newest of a site is in force for what starts from now on."""

    __tablename__ = "prosecution_policy"

    id: UUID = Column(default_factory=new_id, primary_key=True)
    site: str
    version: int
    content: dict[str, object] = Column(sa_type=JSONB)
    published_at: datetime = Column(sa_type=DateTime(timezone=True))
    published_by: str

    @property
    def policy(self) -> Policy:
        return Policy.model_validate(self.content)


def end_of_day(site: str, at: datetime, days: int = 0) -> datetime:
    """The end of the site's day that many days on: a deadline holds for the whole of its day."""
    day = at.astimezone(zone_of(site)).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), zone_of(site)).astimezone(UTC)


def last_day_of(site: str, deadline: datetime) -> date:
    """The last whole day before a deadline at a day's end; of another moment, its own day."""
    return (deadline - timedelta(microseconds=1)).astimezone(zone_of(site)).date()
