"""Contact methods: an address is used once a code that was sent to it came back."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Column, DateTime, Enum
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from notifier.errors import AddressRefused, ChannelNotOffered, CodeWrong, NothingSigned
from notifier.policy import AlertClass
from shared.egress import read_url
from shared.errors import FieldError
from shared.phones import PhoneRefused, read_phone
from shared.sealing import DataClass, KeyRing
from shared.webhooks import new_secret

# Both secrets sign while a webhook's owner changes from one to the other.
OVERLAP = timedelta(hours=24)
CODE_LIVES = timedelta(minutes=30)
CODE_TRIES = 5
CODES_PER_HOUR = 6

_TIME: Any = DateTime(timezone=True)
_CHAT = re.compile(r"([a-z]{2,20})://[\x21-\x7e]{1,1000}")


class Channel(StrEnum):
    """The ways out. The inbox is always there besides, and reaches nobody who is not looking."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Offered:
    """What this installation can send by. `private_allowed`: webhooks to this machine."""

    sms: bool = False
    chat: frozenset[str] = frozenset()
    private_allowed: bool = False


def read_address(channel: Channel, text: str, offered: Offered, pointer: str) -> str:
    """The address in its normal form. Raises AddressRefused, UrlRefused or ChannelNotOffered."""
    match channel:
        case Channel.EMAIL:
            return mail_address(text, pointer)
        case Channel.SMS:
            return _phone_number(text, offered, pointer)
        case Channel.WEBHOOK:
            url = text.strip()
            read_url(url, private_allowed=offered.private_allowed, pointer=pointer)
            return url
        case Channel.CHAT:
            return _chat_address(text.strip(), offered, pointer)


def mail_address(text: str, pointer: str = "/email") -> str:
    """The address in its normal form. Raises AddressRefused; asks no name server."""
    try:
        # A city's own mail domain need not be on the public internet.
        found = validate_email(
            _seen(text),
            check_deliverability=False,
            globally_deliverable=False,
            allow_smtputf8=False,
        )
    except EmailNotValidError:
        hint = "Give one address, as in name@example.org."
        raise AddressRefused(errors=(FieldError(pointer, "email", hint),)) from None
    return found.ascii_email or found.normalized


def _seen(text: str) -> str:
    """The address as a person sees it: without spaces around it and what is invisible in it.

    A line end or another control character inside stays, and is refused.
    """
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").strip()


def _phone_number(text: str, offered: Offered, pointer: str) -> str:
    if not offered.sms:
        raise ChannelNotOffered(errors=(FieldError(pointer, "sms", "Use e-mail instead."),))
    try:
        return read_phone(text)
    except PhoneRefused as error:
        raise AddressRefused(errors=(FieldError(pointer, error.code, error.hint),)) from None


def _chat_address(text: str, offered: Offered, pointer: str) -> str:
    found = _CHAT.fullmatch(text)
    if found is None:
        hint = "Give the address in Apprise's form, as in slack://token-a/token-b/token-c."
        raise AddressRefused(errors=(FieldError(pointer, "chat", hint),))
    if found[1] not in offered.chat:
        usable = ", ".join(sorted(offered.chat)) or "none"
        hint = f"Chat services in use here: {usable}."
        raise ChannelNotOffered(errors=(FieldError(pointer, "chat", hint),))
    return text


class ContactMethod(SQLModel, table=True):
    """One way to one person. `digest` recognizes the address without opening it.

    `verified_by` is the person, whose code came back, or who vouched for the address. `gone_at`:
    the other side said that nothing more may be sent there.
    """

    __tablename__ = "contact_method"

    id: UUID = Field(primary_key=True)
    site: str
    sub: str
    channel: Channel = Field(
        sa_type=Enum(
            Channel, native_enum=False, values_callable=lambda all_of: [m.value for m in all_of]
        )
    )
    position: int = 0
    sealed_address: str
    digest: bytes
    sealed_secret: str | None = None
    old_sealed_secret: str | None = None
    old_until: datetime | None = Field(default=None, sa_type=_TIME)
    verified_at: datetime | None = Field(default=None, sa_type=_TIME)
    verified_by: str | None = None
    gone_at: datetime | None = Field(default=None, sa_type=_TIME)
    code_id: UUID | None = None
    code_sent_at: datetime | None = Field(default=None, sa_type=_TIME)
    code_tries: int = 0
    updated_at: datetime = Field(sa_type=_TIME)

    @property
    def usable(self) -> bool:
        return self.verified_at is not None and self.gone_at is None

    def address(self, ring: KeyRing) -> str:
        return ring.open(str(self.id), self.sealed_address, DataClass.IDENTITY).decode()

    def take_secret(self, ring: KeyRing, at: datetime) -> str:
        """A new signing secret, shown once. The one before signs too for a day: no gap."""
        if self.channel is not Channel.WEBHOOK:
            raise NothingSigned
        if self.sealed_secret is not None:
            self.old_sealed_secret, self.old_until = self.sealed_secret, at + OVERLAP
        secret = new_secret()
        self.sealed_secret = ring.seal(DataClass.IDENTITY, str(self.id), secret.encode())
        return secret

    def ask_for_code(self, code_id: UUID, at: datetime) -> None:
        self.code_id, self.code_sent_at, self.code_tries = code_id, at, 0

    def verify(self, code: str, ring: KeyRing, at: datetime) -> bool:
        """False for a wrong code; CodeWrong when none is valid."""
        if self.code_id is None or self.code_sent_at is None:
            raise CodeWrong
        if self.code_tries >= CODE_TRIES or at > self.code_sent_at + CODE_LIVES:
            raise CodeWrong
        self.code_tries += 1
        if code != code_of(self.code_id, self.address(ring), ring):
            return False
        self.verified_at, self.verified_by = at, self.sub
        self.gone_at, self.code_id = None, None
        return True


def code_of(code_id: UUID, address: str, ring: KeyRing) -> str:
    """Six digits that only this service can derive: nothing secret is stored or queued."""
    digest = ring.digest("contact-method", str(code_id), address)
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"


def digest_of(channel: Channel, address: str, ring: KeyRing) -> bytes:
    """The same for the same address, wherever it is kept."""
    return ring.digest("contact-address", channel, address)


class ContactRule(SQLModel, table=True):
    """How somebody wants to be reached for one class of alert.

    `ways`: method ids, each with the minutes after which it is used. `next_person_after`: minutes
    after which the next person is asked, when that is sooner than the site's clock.
    """

    __tablename__ = "contact_rule"

    site: str = Field(primary_key=True)
    sub: str = Field(primary_key=True)
    alert_class: AlertClass = Field(
        primary_key=True,
        sa_type=Enum(
            AlertClass, native_enum=False, values_callable=lambda all_of: [m.value for m in all_of]
        ),
    )
    ways: dict[str, int] = Field(sa_column=Column(JSONB))
    next_person_after: int | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """One message that an alert of a class sends to a person, so long after they are asked."""

    alert_class: AlertClass
    method: ContactMethod
    after_seconds: int = 0


# A message by every way at once wakes somebody; what can wait comes by the first way only.
BY_EVERY_WAY = (AlertClass.CUSTODY, AlertClass.SAFETY)


def reach_of(methods: Iterable[ContactMethod], rules: Iterable[ContactRule] = ()) -> list[Reach]:
    """How a person is reached for each class of alert: by their own rule, or by the usual one.

    A rule whose methods are all gone does not leave somebody unreached, and one whose first method
    is gone does not make them wait.
    """
    usable = sorted((m for m in methods if m.usable), key=lambda method: method.position)
    own = {rule.alert_class: rule.ways for rule in rules}
    found = []
    for kind in AlertClass:
        wanted = [(m, own[kind][str(m.id)]) for m in usable if str(m.id) in own.get(kind, {})]
        ways = wanted or [(m, 0) for m in (usable if kind in BY_EVERY_WAY else usable[:1])]
        soonest = min((after for _, after in ways), default=0)
        found += [Reach(kind, method, (after - soonest) * 60) for method, after in ways]
    return found
