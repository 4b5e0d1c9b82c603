"""Signed links in messages: each lets one person answer one alert, for a while. Pure.

A link names a delivery, hence its alert and its recipient, and nothing in it says more.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from hmac import compare_digest
from uuid import UUID

from shared.sealing import KeyRing

# Longer than a weekend: the legal class waits one business day.
LINK_LIVES = timedelta(hours=96)
_SIGNATURE_BYTES = 16
_TOKEN_LENGTH = 43


def token_of(delivery_id: UUID, ring: KeyRing) -> str:
    """The last part of a link's address."""
    return urlsafe_b64encode(delivery_id.bytes + _sign(delivery_id, ring)).rstrip(b"=").decode()


def delivery_of(token: str, ring: KeyRing) -> UUID | None:
    """The delivery that a token names; None for one that this service did not sign."""
    if len(token) != _TOKEN_LENGTH or not token.isascii():
        return None
    try:
        data = urlsafe_b64decode(f"{token}=")
    except ValueError:
        return None
    if len(data) != 16 + _SIGNATURE_BYTES:
        return None
    delivery_id = UUID(bytes=data[:16])
    return delivery_id if compare_digest(data[16:], _sign(delivery_id, ring)) else None


def _sign(delivery_id: UUID, ring: KeyRing) -> bytes:
    return ring.digest("answer-link", str(delivery_id))[:_SIGNATURE_BYTES]
