"""As much of Keycloak as the story needs: tokens for the sample realm's people and agencies.

`python issuer.py REALM ISSUER PORT`: reads the realm that the job `secrets` filled. People sign in
by password or, on the pages, by code. Never a real identity provider: nobody is locked out.
"""

import hmac
import json
import sys
import time
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

KID, SECONDS = "stand-in", 900
PROTOCOL = "/protocol/openid-connect"
PAGE = """<!doctype html><title>Sign in (stand-in)</title><form method="post" action="{action}">
<input name="username"><input name="password" type="password"><button>Sign in</button></form>"""


@dataclass(frozen=True)
class Code:
    """What a code was given for; it is good for one exchange."""

    person: str
    client_id: str
    redirect_uri: str
    challenge: str


class Realm:
    """The sample realm and a key of this process."""

    def __init__(self, content: dict[str, Any], issuer: str) -> None:
        self.issuer = issuer
        self._people = {user["username"]: user for user in content["users"]}
        self._clients = {client["clientId"]: client for client in content["clients"]}
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._codes: dict[str, Code] = {}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}{PROTOCOL}/auth",
            "token_endpoint": f"{self.issuer}{PROTOCOL}/token",
            "jwks_uri": f"{self.issuer}{PROTOCOL}/certs",
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": KID, "alg": "ES256", "use": "sig"}]}

    def token(self, form: dict[str, str]) -> str | None:
        """An access token for who proves to be somebody, or None."""
        client = self._clients.get(form.get("client_id", ""))
        if client is None:
            return None
        if form.get("grant_type") == "client_credentials":
            return self._of_client(client, form.get("client_secret", ""))
        if form.get("grant_type") == "password" and client["directAccessGrantsEnabled"]:
            return self._of_person(form.get("username", ""), form.get("password", ""))
        if form.get("grant_type") == "authorization_code":
            return self._of_code(client, form)
        return None

    def may_ask(self, query: dict[str, str]) -> bool:
        """Whether this client may be sent a code, at this address, with PKCE."""
        client = self._clients.get(query.get("client_id", ""), {"standardFlowEnabled": False})
        return (
            client["standardFlowEnabled"]
            and query.get("redirect_uri") in client["redirectUris"]
            and query.get("response_type") == "code"
            and query.get("code_challenge_method") == "S256"
            and "code_challenge" in query
        )

    def signed_in(self, query: dict[str, str], form: dict[str, str]) -> str | None:
        """Where a person who gave the right password goes next, or None."""
        name = form.get("username", "")
        if not self._is(name, form.get("password", "")):
            return None
        code = token_urlsafe(24)
        asked = (query["client_id"], query["redirect_uri"], query["code_challenge"])
        self._codes[code] = Code(name, *asked)
        back = {"code": code, "state": query.get("state", ""), "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def _of_code(self, client: dict[str, Any], form: dict[str, str]) -> str | None:
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or not _same(client.get("secret", ""), form.get("client_secret", "")):
            return None
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        proof = urlsafe_b64encode(digest).rstrip(b"=").decode()
        asked = (code.client_id, code.redirect_uri, code.challenge)
        if asked != (client["clientId"], form.get("redirect_uri"), proof):
            return None
        return self._token_of(code.person)

    def _of_client(self, client: dict[str, Any], secret: str) -> str | None:
        if not client["serviceAccountsEnabled"] or not _same(client["secret"], secret):
            return None
        claims = {}
        for mapper in client["protocolMappers"]:
            config = mapper["config"]
            if "claim.value" in config:
                value = config["claim.value"]
                as_json = config["jsonType.label"] == "JSON"
                claims[config["claim.name"]] = json.loads(value) if as_json else value
        return self._signed(client["clientId"], claims)

    def _of_person(self, name: str, password: str) -> str | None:
        return self._token_of(name) if self._is(name, password) else None

    def _is(self, name: str, password: str) -> bool:
        person = self._people.get(name)
        return person is not None and _same(person["credentials"][0]["value"], password)

    def _token_of(self, name: str) -> str:
        person = self._people[name]
        sites = [group.removeprefix("/") for group in person["groups"]]
        claims = {"roles": person["realmRoles"], "sites": sites}
        claims["name"] = f"{person['firstName']} {person['lastName']}"
        return self._signed(person["id"], claims)

    def _signed(self, sub: str, claims: dict[str, Any]) -> str:
        now = int(time.time())
        body = {"iss": self.issuer, "aud": "throughline", "sub": sub, "iat": now}
        body |= {"exp": now + SECONDS, **claims}
        return jwt.encode(body, self._key, algorithm="ES256", headers={"kid": KID})


class Issuer(ThreadingHTTPServer):
    """The realm at an address."""

    def __init__(self, realm: Realm, host: str, port: int) -> None:
        super().__init__((host, port), Handler)
        self.realm, self.path = realm, urlsplit(realm.issuer).path


class Handler(BaseHTTPRequestHandler):
    server: "Issuer"

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == f"{self.server.path}{PROTOCOL}/auth":
            self._show_form(_fields(asked.query))
            return
        known = {
            f"{self.server.path}/.well-known/openid-configuration": self.server.realm.discovery(),
            f"{self.server.path}{PROTOCOL}/certs": self.server.realm.keys(),
            "/health/ready": {"status": "UP"},
        }
        found = known.get(asked.path)
        self._answer(200 if found else 404, found or {"error": "not_found"})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        form, asked = _fields(self.rfile.read(length).decode()), urlsplit(self.path)
        if asked.path == f"{self.server.path}{PROTOCOL}/auth":
            self._send_on(_fields(asked.query), form)
            return
        token = self.server.realm.token(form | self._basic())
        if asked.path != f"{self.server.path}{PROTOCOL}/token" or token is None:
            self._answer(401, {"error": "invalid_grant"})
        else:
            self._answer(200, {"access_token": token, "expires_in": SECONDS})

    def _show_form(self, query: dict[str, str]) -> None:
        if not self.server.realm.may_ask(query):
            self._answer(400, {"error": "invalid_request"})
            return
        page = PAGE.format(
            action=escape(f"{self.server.realm.issuer}{PROTOCOL}/auth?{urlencode(query)}")
        )
        self._send(200, "text/html; charset=utf-8", page.encode())

    def _send_on(self, query: dict[str, str], form: dict[str, str]) -> None:
        to = self.server.realm.signed_in(query, form) if self.server.realm.may_ask(query) else None
        if to is None:
            self._answer(401, {"error": "access_denied"})
            return
        self.send_response(303)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _basic(self) -> dict[str, str]:
        """The client's name and secret, where they are in the header instead of the form."""
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return {}
        name, _, secret = b64decode(value).decode().partition(":")
        return {"client_id": name, "client_secret": secret}

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(content).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: bodies hold passwords, and probes are noise."""


def _fields(encoded: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(encoded).items()}


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode())


if __name__ == "__main__":
    sample = json.loads(Path(sys.argv[1]).read_text())
    Issuer(Realm(sample, sys.argv[2]), "0.0.0.0", int(sys.argv[3])).serve_forever()  # noqa: S104
