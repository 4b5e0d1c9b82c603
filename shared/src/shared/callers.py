"""Who is calling: OIDC access tokens, as a bearer header or as the pages' session cookie."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import httpx
import jwt
import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.base import SecurityBase

from shared import rate_limit
from shared.config import ServiceSettings
from shared.errors import Forbidden, Overloaded, Unauthenticated

ALGORITHMS = ["RS256", "ES256"]
LEEWAY_SECONDS = 30
SESSION_COOKIE = "lead_session"
# An unknown key id may mean a rotated key or a forged token: look again, but not for every forgery.
KEYS_REFRESH_SECONDS = 30
TOKENS_REMEMBERED = 5_000

log = structlog.get_logger()

ROLES = (
    "agency-reporter",
    "prosecutor-system",
    "court-system",
    "referral-desk",
    "case-manager",
    "supervisor",
    "identity-reviewer",
    "liaison-prosecutor",
    "privacy-officer",
    "program-manager",
    "ops",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller. `sources` are set for machines only; `agency` also for
    a prosecutor, whose office it is."""

    sub: str
    roles: frozenset[str]
    sites: frozenset[str]
    agency: str | None = None
    sources: frozenset[str] = field(default_factory=frozenset)
    name: str | None = None

    def at_site(self, site: str) -> None:
        """Raises Forbidden when the caller does not belong to the site."""
        if site not in self.sites:
            raise Forbidden("This token is not valid for the site in the request.")

    def speaking_for(self, source: str) -> None:
        """Raises Forbidden when the caller may not report for the source system."""
        if source not in self.sources:
            raise Forbidden("This token may not report for the source system in the request.")

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


class TokenVerifier:
    """Verifies tokens of one issuer; keys come from its JWK set and are kept."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._issuer, self._audience = settings.oidc_issuer, settings.oidc_audience
        self._jwks_url = settings.oidc_jwks_url
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._known: dict[str, tuple[Caller, float]] = {}

    async def verify(self, token: str) -> Caller:
        """Raises Unauthenticated. A token that was verified is remembered until it expires."""
        known = self._known.get(token)
        if known is not None and known[1] > time.time():
            return known[0]
        claims = await self._claims(token)
        caller = _caller(claims)
        if len(self._known) >= TOKENS_REMEMBERED:
            self._known.clear()
        self._known[token] = (caller, claims["exp"])
        return caller

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid", ""))
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=ALGORITHMS, audience=self._audience, issuer=self._issuer,
                leeway=LEEWAY_SECONDS, options={"require": ["exp", "iat", "aud", "iss", "sub"]},
            )  # fmt: skip
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("The token has expired.") from None
        except (httpx.HTTPError, OSError) as error:
            # The token may be good: this is the issuer's outage, not the caller's mistake.
            log.warning("callers.issuer_away", error=type(error).__name__)
            raise Overloaded("The issuer's keys cannot be read.", retry_after=5) from None
        except jwt.PyJWTError:
            raise Unauthenticated("The token is not one of this system's issuer.") from None
        return claims

    async def _key(self, kid: str) -> jwt.PyJWK:
        if kid not in self._keys:
            async with self._fetching:
                if time.monotonic() - self._fetched_at > KEYS_REFRESH_SECONDS:
                    await self._fetch_keys()
        if kid not in self._keys:
            raise jwt.InvalidKeyError
        return self._keys[kid]

    async def _fetch_keys(self) -> None:
        keys = (await self._read_key_set())["keys"]
        self._fetched_at = time.monotonic()
        self._keys = {key["kid"]: jwt.PyJWK(key) for key in keys if key.get("use") != "enc"}

    async def _read_key_set(self) -> dict[str, Any]:
        url = self._jwks_url
        if url is not None and url.startswith("file://"):
            path = Path(url.removeprefix("file://"))
            return cast("dict[str, Any]", json.loads(await asyncio.to_thread(path.read_text)))
        async with httpx.AsyncClient(timeout=5) as client:
            if url is None:
                discovery = f"{self._issuer}/.well-known/openid-configuration"
                url = (await client.get(discovery)).raise_for_status().json()["jwks_uri"]
            return cast("dict[str, Any]", (await client.get(url)).raise_for_status().json())


def _caller(claims: dict[str, Any]) -> Caller:
    return Caller(
        sub=claims["sub"],
        roles=frozenset(claims.get("roles") or ()),
        sites=frozenset(claims.get("sites") or ()),
        agency=claims.get("agency"),
        sources=frozenset(claims.get("sources") or ()),
        name=claims.get("name"),
    )


_bearer = HTTPBearer(auto_error=False, description="OIDC access token")


Call = TypeVar("Call", bound=Callable[..., Any])


def gate(call: Call) -> Call:
    """Marks a dependency that lets a caller in, or raises, by the request's headers alone.

    It is called with the request, before the body is read (shared/pipeline.py), and once more when
    FastAPI resolves the route's dependencies.
    """
    call.__gate__ = True  # type: ignore[attr-defined]
    return call


def is_gate(call: Callable[..., Any]) -> bool:
    return getattr(call, "__gate__", False)


def caller_of(request: Request) -> Caller | None:
    """The caller who was let in to this request, or None."""
    return getattr(request.state, "verified", None)


@gate
async def current_caller(request: Request, _: Annotated[Any, Depends(_bearer)] = None) -> Caller:
    """The caller of this request, verified and counted once. Raises Unauthenticated."""
    if (known := caller_of(request)) is not None:
        return known
    caller = await _verified(request)
    # For the audit trail, which also names who was refused.
    request.state.actor = caller
    rate_limit.limit(request, caller.sub)
    request.state.verified = caller
    return caller


async def _verified(request: Request) -> Caller:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    by_cookie = scheme.lower() != "bearer"
    if by_cookie:
        token = request.cookies.get(SESSION_COOKIE, "")
    if not token:
        raise Unauthenticated
    if by_cookie:
        refuse_cross_site(request)
    verifier: TokenVerifier = request.app.state.verifier
    try:
        return await verifier.verify(token.strip())
    except Unauthenticated:
        # After the check, so that a good token from the same address is never refused.
        rate_limit.limit_bad_tokens(request)
        raise


def refuse_cross_site(request: Request) -> None:
    """A cookie travels by itself: a write must come from our own page (CSRF). Raises Forbidden."""
    if request.method in ("GET", "HEAD"):
        return
    site = request.headers.get("sec-fetch-site")
    # Old browsers, and all of them over plain HTTP, say nothing but where the form was.
    if site is None:
        origin, host = request.headers.get("origin", ""), request.headers.get("host")
        own = origin.partition("://")[2] == host
    else:
        own = site in ("same-origin", "none")
    if not own:
        raise Forbidden("This request did not come from a page of this system.")


class Gate(SecurityBase):
    """Token and role in one dependency: each that FastAPI solves costs the hot path 40 µs."""

    __gate__ = True
    _refusal = "This needs a token with one of these roles: {}."

    def __init__(self, roles: tuple[str, ...]) -> None:
        self.model, self.scheme_name = _bearer.model, _bearer.scheme_name
        self._roles = roles

    async def __call__(self, request: Request) -> Caller:
        caller = await self._caller(request)
        if not caller.has(*self._roles):
            needed = ", ".join(self._roles)
            raise Forbidden(self._refusal.format(needed))
        return caller

    async def _caller(self, request: Request) -> Caller:
        return await current_caller(request)


def require(*roles: str) -> Callable[..., Coroutine[Any, Any, Caller]]:
    """A dependency that lets only these roles in: `Annotated[Caller, Depends(require("ops"))]`."""
    return Gate(roles)
