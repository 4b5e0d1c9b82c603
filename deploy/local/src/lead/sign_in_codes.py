"""One-time authorization codes with PKCE (RFC 7636), in memory: they live for a minute."""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from lead.sample_staff import StaffMember

CODE_SECONDS = 60


@dataclass(frozen=True)
class Grant:
    """What a code stands for."""

    person: StaffMember
    redirect_uri: str
    challenge: str
    nonce: str | None
    expires_at: float


class Codes:
    """Hands out codes and takes each back at most once."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._grants: dict[str, Grant] = {}

    def issue(
        self, person: StaffMember, *, redirect_uri: str, challenge: str, nonce: str | None
    ) -> str:
        now = self._now()
        self._grants = {c: g for c, g in self._grants.items() if g.expires_at > now}
        code = secrets.token_urlsafe(24)
        self._grants[code] = Grant(person, redirect_uri, challenge, nonce, now + CODE_SECONDS)
        return code

    def redeem(self, code: str, *, redirect_uri: str, verifier: str) -> Grant | None:
        """The grant, once and in time, for whoever holds the verifier; otherwise None."""
        # Gone with the first try, right or wrong: a code must not be there to be guessed at.
        grant = self._grants.pop(code, None)
        if grant is None or grant.expires_at <= self._now() or grant.redirect_uri != redirect_uri:
            return None
        return grant if hmac.compare_digest(grant.challenge, challenge_of(verifier)) else None


def challenge_of(verifier: str) -> str:
    """PKCE's S256."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
