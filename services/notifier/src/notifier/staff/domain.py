"""Staff and their verified contact methods; a site's policy."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import DateTime
from sqlmodel import Field, SQLModel

from notifier.errors import AddressRefused, CodeWrong
from shared.errors import FieldError
from shared.sealing import KeyRing

CODE_LIVES = timedelta(minutes=30)
CODE_TRIES = 5

_TIME: Any = DateTime(timezone=True)


def mail_address(text: str) -> str:
    """The address in its normal form. Raises AddressRefused; asks no name server."""
    try:
        # A city's own mail domain need not be on the public internet.
        found = validate_email(
            text, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        hint = "Give one address, as in name@example.org."
        raise AddressRefused(errors=(FieldError("/email", "email", hint),)) from None
    return found.ascii_email or found.normalized


class Staff(SQLModel, table=True):
    """One person at one site. `email` is verified: a supervisor vouched for it, or the person did.

    An address that the person changes waits in `new_email` until its code comes back; until then
    mail goes where it is known to arrive.
    """

    site: str = Field(primary_key=True)
    sub: str = Field(primary_key=True)
    name: str
    email: str
    backup: str | None = None
    supervisor: str | None = None
    language: str = "en"
    new_email: str | None = None
    code_id: UUID | None = None
    code_sent_at: datetime | None = Field(default=None, sa_type=_TIME)
    code_tries: int = 0
    updated_by: str
    updated_at: datetime = Field(sa_type=_TIME)

    def ask_for_code(self, address: str, code_id: UUID, at: datetime) -> None:
        self.new_email, self.code_id, self.code_sent_at, self.code_tries = address, code_id, at, 0

    def verify(self, code: str, ring: KeyRing, at: datetime) -> bool:
        """Take over the new address. False for a wrong code; CodeWrong when none is valid."""
        if self.new_email is None or self.code_id is None or self.code_sent_at is None:
            raise CodeWrong
        if self.code_tries >= CODE_TRIES or at > self.code_sent_at + CODE_LIVES:
            raise CodeWrong
        self.code_tries += 1
        if code != code_of(self.code_id, self.new_email, ring):
            return False
        self.email, self.new_email, self.code_id = self.new_email, None, None
        return True


def code_of(code_id: UUID, address: str, ring: KeyRing) -> str:
    """Six digits that only this service can derive: nothing secret is stored or queued."""
    digest = ring.digest("contact-method", str(code_id), address)
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"


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
