"""What is kept of coverage. Rows are ended and not changed: what was in force can be told."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Column, DateTime, Text
from sqlmodel import Field, SQLModel

from notifier.coverage.duty import Away, Pattern, Swap
from shared.events import CoverageGapFound
from shared.sealing import DataClass, KeyRing
from shared.sites import zone_of

_TIME: Any = DateTime(timezone=True)


class Absence(SQLModel, table=True):
    """Somebody is away, and who stands in for them."""

    id: UUID = Field(primary_key=True)
    site: str
    sub: str
    backup: str | None = None
    starts_at: datetime = Field(sa_type=_TIME)
    ends_at: datetime = Field(sa_type=_TIME)
    created_by: str
    created_at: datetime = Field(sa_type=_TIME)
    cancelled_at: datetime | None = Field(default=None, sa_type=_TIME)

    def span(self) -> Away:
        return Away(self.sub, self.starts_at, self.ends_at, self.backup)


class Rotation(SQLModel, table=True):
    """On-call duty that goes round. A change is a new version; the row of the old one is ended."""

    id: UUID = Field(primary_key=True)
    site: str
    name: str
    version: int
    members: list[str] = Field(sa_column=Column(ARRAY(Text)))
    starts_on: date
    changes_at: time
    days: int
    created_by: str
    created_at: datetime = Field(sa_type=_TIME)
    ended_at: datetime | None = Field(default=None, sa_type=_TIME)

    def pattern(self) -> Pattern:
        return Pattern(
            tuple(self.members), self.starts_on, self.changes_at, self.days, zone_of(self.site)
        )


class DutySwap(SQLModel, table=True):
    """Somebody takes the duty of a rotation for a while."""

    __tablename__ = "duty_swap"

    id: UUID = Field(primary_key=True)
    site: str
    rotation: str
    sub: str
    starts_at: datetime = Field(sa_type=_TIME)
    ends_at: datetime = Field(sa_type=_TIME)
    created_by: str
    created_at: datetime = Field(sa_type=_TIME)
    cancelled_at: datetime | None = Field(default=None, sa_type=_TIME)

    def span(self) -> Swap:
        return Swap(self.sub, self.starts_at, self.ends_at)


class HandoverNote(SQLModel, table=True):
    """What the next one should know, sealed: it may be about participants."""

    __tablename__ = "handover_note"

    id: UUID = Field(primary_key=True)
    site: str
    written_by: str
    written_at: datetime = Field(sa_type=_TIME)
    sealed_text: str

    def text(self, ring: KeyRing) -> str:
        return ring.open(str(self.id), self.sealed_text, DataClass.CARE).decode()


class CoverageGap(SQLModel, table=True):
    """A gap that was found ahead of time, until it is closed or over."""

    __tablename__ = "coverage_gap"

    id: UUID = Field(primary_key=True)
    site: str
    sub: str
    gap_from: datetime = Field(sa_type=_TIME)
    gap_until: datetime = Field(sa_type=_TIME)
    found_at: datetime = Field(sa_type=_TIME)
    closed_at: datetime | None = Field(default=None, sa_type=_TIME)

    def found(self) -> CoverageGapFound:
        return CoverageGapFound(
            site=self.site,
            subject=self.sub,
            occurred_at=self.found_at,
            gap_from=self.gap_from,
            gap_until=self.gap_until,
        )


class DutyLink(SQLModel, table=True):
    """The private address of somebody's calendar. Only a digest of it is kept."""

    __tablename__ = "duty_link"

    site: str = Field(primary_key=True)
    sub: str = Field(primary_key=True)
    digest: bytes
    created_at: datetime = Field(sa_type=_TIME)
