"""What the notifier can be asked to do with staff and sites."""

from dataclasses import dataclass
from datetime import date, time

from shared.callers import Caller


@dataclass(frozen=True, slots=True)
class PutStaff:
    """Say who somebody is, how to reach them and who stands behind them."""

    caller: Caller
    site: str
    sub: str
    name: str
    email: str
    backup: str | None
    supervisor: str | None
    language: str
    privacy_officer: bool


@dataclass(frozen=True, slots=True)
class PutSitePolicy:
    """Set how a site answers. `expected`: the version that the caller has seen, 0 for none."""

    caller: Caller
    site: str
    supervisor: str | None
    program_line_email: str | None
    custody_minutes: int
    safety_minutes: int
    legal_business_days: int
    custody_old_hours: int
    safety_old_hours: int
    legal_old_hours: int
    field_old_hours: int
    held_days: int
    quiet_from: time | None
    quiet_until: time | None
    digests: tuple[time, ...]
    holidays: tuple[date, ...]
    messages_at_most: int | None
    messages_within_minutes: int
    expected: int | None
