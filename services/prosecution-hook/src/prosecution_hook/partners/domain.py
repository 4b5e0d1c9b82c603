"""The partner registry: what each may receive, who reaches it onward, and until when."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text
from sqlmodel import Field, SQLModel

from shared.events import EmergencyAccessChanged
from shared.ids import new_id

# emergency access ends by itself, and somebody looks at it afterwards.
LONGEST_BREAK_GLASS = timedelta(hours=72)


class Partner(SQLModel, table=True):
    """One organization at one site. Approved by the privacy officer, or for hours by ops."""

    __tablename__ = "partner"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    site: str
    org: str
    may_receive: list[str] = Field(sa_type=ARRAY(Text))
    onward: list[str] = Field(sa_type=ARRAY(Text))
    decided_by: str
    decided_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    break_glass: bool = False
    reason: str | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    withdrawn_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    def approved(self, at: datetime) -> bool:
        return self.withdrawn_at is None and (self.expires_at is None or at < self.expires_at)

    def emergency(self, change: str, at: datetime) -> EmergencyAccessChanged:
        """What became of emergency access, for those who watch over it (R-31)."""
        return EmergencyAccessChanged(
            site=self.site,
            subject=str(self.id),
            occurred_at=at,
            partner_id=self.id,
            org=self.org,
            change=change,
            ends_at=self.expires_at or at,
        )

    def may_be_told(self, categories: tuple[str, ...], at: datetime) -> bool:
        return self.approved(at) and set(categories) <= set(self.may_receive)


class NoticeKind(StrEnum):
    """What the privacy officer is told."""

    BREAK_GLASS_OPENED = "break_glass_opened"
    BREAK_GLASS_ENDED = "break_glass_ended"

    @property
    def change(self) -> str:
        return self.removeprefix("break_glass_")


class PartnerNotice(SQLModel, table=True):
    """That emergency access was opened, and that it is over: by its hours, or withdrawn (R-31)."""

    __tablename__ = "partner_notice"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    partner_id: UUID
    site: str
    kind: str
    at: datetime = Field(sa_type=DateTime(timezone=True))

    @classmethod
    def of(cls, partner: Partner, kind: NoticeKind, at: datetime) -> "PartnerNotice":
        return cls(partner_id=partner.id, site=partner.site, kind=kind, at=at)
