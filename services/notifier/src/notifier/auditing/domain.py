"""When an open alert is stuck, and when the auditor itself is. Pure but for its one row."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from notifier.domain import Alert, AlertState

_TIME: Any = DateTime(timezone=True)

SWEEP_EVERY = timedelta(minutes=1)
# Three sweeps missed: the auditor is not at work, and an empty list proves nothing.
LATE_AFTER = timedelta(minutes=4)
# A clock that ran out so long ago without anybody being asked was lost.
CLOCK_LOST_AFTER = timedelta(minutes=5)
MESSAGE_LOST_AFTER = timedelta(minutes=30)
RAISE_AGAIN_AFTER = timedelta(hours=4)
TEST_HOUR = 18


class Stuck(StrEnum):
    """Why an open alert needs somebody to look at it."""

    UNANSWERED = "unanswered"  # everybody on the route was asked
    CLOCK_LOST = "clock_lost"  # its time ran out and nobody was asked
    NOT_SENT = "not_sent"  # it needs no answer, and its message has not gone out


def stuck(alert: Alert, now: datetime) -> Stuck | None:
    """None for an alert that has ended, or goes its way."""
    if alert.state == AlertState.UNANSWERED:
        return Stuck.UNANSWERED
    if alert.state != AlertState.WAITING:
        return None
    if alert.due_at is not None:
        return Stuck.CLOCK_LOST if now > alert.due_at + CLOCK_LOST_AFTER else None
    return Stuck.NOT_SENT if now > alert.raised_at + MESSAGE_LOST_AFTER else None


class AlertAudit(SQLModel, table=True):
    """The auditor's heartbeat: when it last looked at everything, and what it found."""

    __tablename__ = "alert_audit"

    id: int = Field(primary_key=True)
    swept_at: datetime = Field(sa_type=_TIME)
    open: int
    stuck: int

    def is_late(self, now: datetime) -> bool:
        return now > self.swept_at + LATE_AFTER
