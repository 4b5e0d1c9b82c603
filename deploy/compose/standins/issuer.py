"""As much of Keycloak as the story needs: tokens for the sample realm's people and agencies.

`python issuer.py REALM ISSUER PORT`: reads the realm that the job `secrets` filled. Never a real
identity provider: people give their password here, and nobody is locked out.
"""

import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

KID, SECONDS = "stand-in", 900
PROTOCOL = "/protocol/openid-connect"


class Realm:
    """The sample realm and a key of this process."""

    def __init__(self, content: dict[str, Any], issuer: str) -> None:
        self.issuer = issuer
        self._people = {user["username"]: user for user in content["users"]}
        self._clients = {client["clientId"]: client for client in content["clients"]}
        self._key = ec.generate_private_key(ec.SECP256R1())

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
        return None

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
        person = self._people.get(name)
        if person is None or not _same(person["credentials"][0]["value"], password):
            return None
        sites = [group.removeprefix("/") for group in person["groups"]]
        claims = {"roles": person["realmRoles"], "sites": sites}
        claims["name"] = f"{person['firstName']} {person['lastName']}"
        return self._signed(person["id"], claims)

    def _signed(self, sub: str, claims: dict[str, Any]) -> str:
        now = int(time.time())
        body = {"iss": self.issuer, "aud": "throughline", "sub": sub, "iat": now}
        body |= {"exp": now + SECONDS, **claims}
        return jwt.encode(body, self._key, algorithm="ES256", headers={"kid": KID})


def serve(realm: Realm, host: str, port: int) -> ThreadingHTTPServer:
    """The issuer's address, listening; the caller runs it."""
    path = urlsplit(realm.issuer).path

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {f"{path}{PROTOCOL}/certs": realm.keys(), "/health/ready": {"status": "UP"}}
            found = known.get(self.path)
            self._answer(200 if found else 404, found or {"error": "not_found"})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            fields = parse_qs(self.rfile.read(length).decode())
            token = realm.token({name: values[0] for name, values in fields.items()})
            if self.path != f"{path}{PROTOCOL}/token" or token is None:
                self._answer(401, {"error": "invalid_grant"})
            else:
                self._answer(200, {"access_token": token, "expires_in": SECONDS})

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: bodies hold passwords, and probes are noise."""

    return ThreadingHTTPServer((host, port), Handler)


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode())


if __name__ == "__main__":
    sample = json.loads(Path(sys.argv[1]).read_text())
    serve(Realm(sample, sys.argv[2]), "0.0.0.0", int(sys.argv[3])).serve_forever()  # noqa: S104
