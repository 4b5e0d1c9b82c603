"""The OIDC provider as the pages need it: its discovery document, and codes for tokens."""

from typing import Any

import httpx
import structlog

from shared.config import ServiceSettings
from shared.errors import Overloaded

TIMEOUT_SECONDS = 5

log = structlog.get_logger()


class SignInServiceAway(Overloaded):
    """The sign-in service cannot be reached right now. Please try again in a moment."""


class OidcProvider:
    """One provider, known by its issuer address."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._metadata: dict[str, Any] | None = None

    async def metadata(self) -> dict[str, Any]:
        """The discovery document, read once. Raises SignInServiceAway."""
        if self._metadata is None:
            issuer = self._settings.oidc_issuer
            found = await self._json("GET", f"{issuer}/.well-known/openid-configuration")
            # OpenID Connect Discovery 4.3: a document that speaks for another issuer is not ours.
            if found.get("issuer") != issuer:
                raise SignInServiceAway(retry_after=5)
            self._metadata = found
        return self._metadata

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str | None:
        """The access token for a code, or None when the provider refuses it."""
        endpoint = (await self.metadata())["token_endpoint"]
        client_id, secret = self._settings.oidc_client_id, self._settings.oidc_client_secret
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
            "client_id": client_id,
        }
        auth = (client_id, secret) if secret else None
        answer = await self._json("POST", endpoint, data=form, auth=auth)
        token = answer.get("access_token")
        if not isinstance(token, str):
            log.warning("signin.code_refused")
            return None
        return token

    async def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
                response = await client.request(method, url, **options)
            if response.status_code >= 500:
                raise SignInServiceAway(retry_after=5)
            content = response.json()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("signin.provider_away", error=type(error).__name__)
            raise SignInServiceAway(retry_after=5) from None
        return content if isinstance(content, dict) else {}
