"""The one-time key of a form on a page: what is sent twice is done once.

Each rendering of each form carries its own key (shared/page_markup.py). The route's transaction
claims it as it claims an `Idempotency-Key`, so a second press, or "back" and again, gets the first
answer. A form that comes without a key is known by its content for a short time.

A key names, in digests only, whom the form was shown to. Text that was typed into a form is kept
under its key alone, sealed with it: the database has a digest of the key and cannot open it.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from os import urandom
from secrets import token_urlsafe
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import Request
from markupsafe import Markup

from shared.page_markup import FORM_KEY
from shared.sealing import KeyRing

URLENCODED = "application/x-www-form-urlencoded"
LONGEST_KEY = 100
_NONCE = 12

Fields = list[tuple[str, str]]


def new_form_key(ring: KeyRing, sub: str) -> str:
    """A key for a form that is shown to `sub`."""
    secret = token_urlsafe(16)
    who = _short(ring.digest("form-shown-to", secret, sub))
    return f"{secret}.{who}.{_short(ring.digest('form-shown', secret, who))}"


def is_ours(ring: KeyRing, key: str) -> bool:
    """Whether this service put the key into a form."""
    secret, _, rest = key.partition(".")
    who, _, proof = rest.partition(".")
    return _same(proof, _short(ring.digest("form-shown", secret, who)))


def shown_to(ring: KeyRing, key: str, sub: str) -> bool:
    """Whether the form of this key was shown to `sub`."""
    secret, _, rest = key.partition(".")
    return _same(rest.partition(".")[0], _short(ring.digest("form-shown-to", secret, sub)))


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())


def _short(digest: bytes) -> str:
    return urlsafe_b64encode(digest[:9]).decode()


def hidden_field(key: str) -> Markup:
    """Browsers must not fill in the key of an earlier rendering: `autocomplete` is off."""
    return Markup('<input type="hidden" name="{}" value="{}" autocomplete="off">').format(
        FORM_KEY, key
    )


@dataclass(frozen=True)
class SentForm:
    """A form as it was sent: names and values in their order, and the key of its rendering."""

    fields: Fields
    body: str
    key: str | None

    @property
    def claim(self) -> str:
        """What makes it this form: its key, or all of its content."""
        return self.key or f"content:{self.body}"


async def read_form(request: Request) -> SentForm | None:
    """The form that a page sent; None for any other request."""
    kind = request.headers.get("content-type", "")
    if request.method != "POST" or not (not kind or kind.startswith(URLENCODED)):
        return None
    body = (await request.body()).decode("latin-1")
    fields = parse_qsl(body, keep_blank_values=True, encoding="utf-8", errors="replace")
    key = next((value for name, value in fields if name == FORM_KEY), "")
    return SentForm(fields, body, key if 0 < len(key) <= LONGEST_KEY else None)


@dataclass(frozen=True)
class SealedBy:
    """Seals with a key that is kept nowhere but in the form."""

    key: str

    def _cipher(self) -> AESGCM:
        return AESGCM(sha256(f"lead-form:{self.key}".encode()).digest())

    def seal(self, plain: bytes) -> bytes:
        nonce = urandom(_NONCE)
        return nonce + self._cipher().encrypt(nonce, plain, None)

    def open(self, sealed: bytes) -> bytes | None:
        """None for what was sealed by another key."""
        try:
            return self._cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (InvalidTag, ValueError):
            return None
