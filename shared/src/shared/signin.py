"""Signing in to the pages: OIDC authorization code flow with PKCE, against any OIDC provider.

Nothing is kept on the server between the two halves. The `state` is signed, names the browser it
was made for, and goes stale; the PKCE verifier is derived from it with the session secret.
"""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from shared import pages
from shared.audit import unaudited
from shared.callers import TokenVerifier, refuse_cross_site
from shared.config import ServiceSettings
from shared.errors import DomainError, Forbidden, Unauthenticated
from shared.oidc import OidcProvider
from shared.page_session import (
    LARGEST_COOKIE,
    PageRoute,
    end_session,
    local_path,
    page_caller,
    require_page,
    root_of,
    start_session,
)
from shared.pipeline import any_query

SIGNIN_COOKIE = "lead_signin"
SIGNIN_SECONDS = 10 * 60
SHORTEST_SECRET = 32

router = APIRouter(tags=["sign-in"], include_in_schema=False, route_class=PageRoute)
log = structlog.get_logger()


class SignInNotSetUp(DomainError):
    """This service's pages cannot be used: SESSION_SECRET is missing or under 32 characters."""

    status = 503


class SignInFailed(DomainError):
    """Signing in did not work. Please start again."""

    status = 400


class NotAcceptedHere(Forbidden):
    """You are known to the sign-in service, but this system does not accept its token."""


@router.get("/signin")
@any_query("nothing in an address may keep a person from signing in")
@unaudited("nobody yet: who signs in is the issuer's to record")
async def sign_in(request: Request, next: str = "") -> Response:
    """Send the person to the issuer; `next` is where they go afterwards, on this address only."""
    settings = _settings(request)
    browser = request.cookies.get(SIGNIN_COOKIE) or token_urlsafe(24)
    wanted = local_path(next) or f"{root_of(request)}/"
    state = _signer(settings).dumps([_digest(browser), wanted, token_urlsafe(16)])
    query = {
        "response_type": "code",
        "client_id": settings.oidc_client_id,
        "redirect_uri": _redirect_uri(request),
        "scope": "openid profile",
        "state": state,
        "code_challenge": _b64(sha256(_verifier(settings, state).encode()).digest()),
        "code_challenge_method": "S256",
    }
    endpoint = (await _provider(request).metadata())["authorization_endpoint"]
    separator = "&" if "?" in endpoint else "?"
    response = _redirect(f"{endpoint}{separator}{urlencode(query)}")
    response.set_cookie(
        SIGNIN_COOKIE,
        browser,
        max_age=SIGNIN_SECONDS,
        path=f"{root_of(request)}/signin",
        httponly=True,
        samesite="lax",
        secure=settings.environment != "embedded",
    )
    return response


@router.get("/signin/callback")
@any_query("issuers add parameters of their own, such as session_state")
@unaudited("nobody yet: who signs in is the issuer's to record")
async def finish_sign_in(
    request: Request, code: str = "", state: str = "", iss: str | None = None
) -> Response:
    """The issuer sends the person back here with a one-time code."""
    settings = _settings(request)
    wanted = _read_state(request, settings, state)
    # RFC 9207: an answer that names another issuer was meant for somebody else.
    if not code or iss not in (None, settings.oidc_issuer):
        raise SignInFailed
    token = await _provider(request).exchange(
        code, _verifier(settings, state), _redirect_uri(request)
    )
    if token is None:
        raise SignInFailed
    await _check_usable(request, token)
    response = _redirect(wanted)
    start_session(response, settings, token)
    return response


@router.post("/signout")
@unaudited("ends the session, whoever's it is")
async def sign_out(request: Request) -> Response:
    """End the session here and, where the issuer offers it, there."""
    refuse_cross_site(request)
    settings = _settings(request)
    try:
        issuer_end = (await _provider(request).metadata()).get("end_session_endpoint")
    except DomainError:
        # Signing out must work while the issuer is away.
        issuer_end = None
    signed_out = f"{root_of(request)}/signed-out"
    if issuer_end:
        back = {
            "client_id": settings.oidc_client_id,
            "post_logout_redirect_uri": f"{settings.public_url}{signed_out}",
        }
        signed_out = f"{issuer_end}?{urlencode(back)}"
    response = _redirect(signed_out)
    end_session(response, settings)
    return response


@router.get("/signed-out")
@unaudited("a fixed page")
async def signed_out(request: Request) -> Response:
    return pages.SHELL.render(request, "signed_out.html", caller=None)


def _read_state(request: Request, settings: ServiceSettings, state: str) -> str:
    """Where the person wanted to go. Raises SignInFailed for a state that is not this browser's."""
    try:
        browser, wanted, _ = _signer(settings).loads(state, max_age=SIGNIN_SECONDS)
    except BadSignature:
        raise SignInFailed from None
    if not hmac.compare_digest(browser, _digest(request.cookies.get(SIGNIN_COOKIE, ""))):
        raise SignInFailed("Signing in did not start in this browser, or it keeps no cookies.")
    return str(wanted)


async def _check_usable(request: Request, token: str) -> None:
    """What the pages would refuse must fail here, or the person would go in circles."""
    if len(token) > LARGEST_COOKIE:
        log.error("signin.token_too_large", size=len(token))
        raise NotAcceptedHere("The issuer's token is too large for a session cookie.")
    verifier: TokenVerifier = request.app.state.verifier
    try:
        await verifier.verify(token)
    except Unauthenticated:
        log.error("signin.token_refused")
        raise NotAcceptedHere from None


def _settings(request: Request) -> ServiceSettings:
    settings: ServiceSettings = request.app.state.runtime.settings
    if len(settings.session_secret or "") < SHORTEST_SECRET:
        raise SignInNotSetUp
    return settings


def _provider(request: Request) -> OidcProvider:
    state = request.app.state
    if not hasattr(state, "oidc_provider"):
        state.oidc_provider = OidcProvider(state.runtime.settings)
    provider: OidcProvider = state.oidc_provider
    return provider


def _redirect(url: str) -> RedirectResponse:
    return RedirectResponse(
        url, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )


def _redirect_uri(request: Request) -> str:
    settings: ServiceSettings = request.app.state.runtime.settings
    return f"{settings.public_url.rstrip('/')}{root_of(request)}/signin/callback"


def _signer(settings: ServiceSettings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.session_secret or "", salt="lead-signin-state")


def _verifier(settings: ServiceSettings, state: str) -> str:
    secret = (settings.session_secret or "").encode()
    return _b64(hmac.digest(secret, f"lead-pkce:{state}".encode(), "sha256"))


def _digest(browser: str) -> str:
    return _b64(sha256(browser.encode()).digest())


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


__all__ = ["page_caller", "require_page", "router"]
