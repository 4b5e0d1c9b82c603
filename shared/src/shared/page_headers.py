"""The headers that every page carries."""

from urllib.parse import urlsplit

from fastapi import Request

from shared.config import ServiceSettings


def security_headers(form_targets: str = "") -> dict[str, str]:
    """What every page carries. `form_targets`: origins that a form may end at, after redirects."""
    policy = (
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {form_targets}".strip()
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Not no-referrer: it makes browsers send `Origin: null` with our own forms, and older ones
        # send nothing else by which a form of ours can be told from a forged one.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-store",
    }


def own_headers(request: Request) -> dict[str, str]:
    """`security_headers` of this service, whose forms may end at its issuer's sign-in."""
    # A form sent after the session ended is redirected to the issuer; browsers check that too.
    settings: ServiceSettings = request.app.state.runtime.settings
    issuer = urlsplit(settings.oidc_issuer)
    return security_headers(f"{issuer.scheme}://{issuer.netloc}")
