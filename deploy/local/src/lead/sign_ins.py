"""Tokens for the story's people and systems from a real identity provider: by signing in."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import httpx

from lead.client import Refused, Unreachable
from lead.errors import Failure

# The sample realm's own client for telling the story; no real realm has one like it.
STORY_CLIENT = "throughline-story"
TOKEN_PATH = "/auth/realms/throughline/protocol/openid-connect/token"  # noqa: S105


class NoSignIn(Failure):
    """The file has no password for a sample person, or no secret for a sample agency."""


class Tokens(Protocol):
    """Whatever gives a token for somebody: the embedded issuer, or signing in."""

    def token(
        self,
        role: str | Sequence[str],
        site: str | Sequence[str],
        *,
        sub: str | None = None,
        agency: str | None = None,
        sources: Sequence[str] = (),
    ) -> str:
        """A bearer token. Raises Refused or Unreachable."""
        ...


class SignIns:
    """The sample people's passwords and the sample agencies' secrets, as compose made them."""

    def __init__(self, url: str, file: Path) -> None:
        self._file, content = file, json.loads(file.read_text())
        self._people: dict[str, str] = content["passwords of sample people"]
        self._agencies: dict[str, str] = content["secrets of sample agencies"]
        self._endpoint = f"{url}{TOKEN_PATH}"

    def token(
        self,
        role: str | Sequence[str],
        site: str | Sequence[str],
        *,
        sub: str | None = None,
        agency: str | None = None,
        sources: Sequence[str] = (),
    ) -> str:
        """What the provider says somebody may do; role, site and agency are its decision.

        Raises NoSignIn, Refused or Unreachable.
        """
        try:
            form = self._agency(sources[0]) if sources else self._person(sub or "")
        except KeyError as error:
            raise NoSignIn(f"{self._file} says nothing about {error.args[0]}") from None
        return self._ask(form)

    def _agency(self, client: str) -> dict[str, str]:
        secret = self._agencies[client]
        return {
            "grant_type": "client_credentials",
            "client_id": client,
            "client_secret": secret,
        }

    def _person(self, name: str) -> dict[str, str]:
        password = self._people[name]
        form = {"grant_type": "password", "client_id": STORY_CLIENT}
        return form | {"username": name, "password": password}

    def _ask(self, form: dict[str, str]) -> str:
        try:
            response = httpx.post(self._endpoint, data=form, timeout=10)
        except httpx.TransportError as error:
            raise Unreachable(f"nobody answers at {self._endpoint}") from error
        return str(Refused.check(response).json()["access_token"])
