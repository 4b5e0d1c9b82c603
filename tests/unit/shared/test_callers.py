"""Callers: only tokens of this issuer, for us, in time, signed with a key it publishes."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lead.issuer import LocalIssuer
from shared.callers import TokenVerifier
from shared.config import ServiceSettings
from shared.errors import Overloaded, Unauthenticated

ISSUER = "http://issuer.test"


@pytest.fixture
def issuer(tmp_path: Path) -> LocalIssuer:
    return LocalIssuer(tmp_path, ISSUER)


@pytest.fixture
def verifier(tmp_path: Path, issuer: LocalIssuer) -> TokenVerifier:
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(issuer.jwks()))
    return TokenVerifier(settings(f"file://{keys}"))


def settings(jwks_url: str) -> ServiceSettings:
    return ServiceSettings(
        database_url="postgresql://x", kafka_bootstrap_servers="x", key_ring_file=Path("x"),
        oidc_issuer=ISSUER, oidc_jwks_url=jwks_url,
    )  # fmt: skip


async def test_a_good_token_says_who_calls(verifier: TokenVerifier, issuer: LocalIssuer) -> None:
    """Roles, sites, agency and sources come from its claims."""
    token = issuer.token(["ops"], "king-county", sub="olga", sources=["rms"], agency="WA0170000")
    for _ in range(2):
        caller = await verifier.verify(token)
    assert (caller.sub, caller.agency) == ("olga", "WA0170000")
    assert [*caller.roles, *caller.sites, *caller.sources] == ["ops", "king-county", "rms"]


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": ISSUER, "aud": "throughline", "sub": "x", "iat": now, "exp": now + 60} | changes


def signed(issuer: LocalIssuer, body: dict[str, Any], kid: str = "local-1") -> str:
    return jwt.encode(body, issuer._key, algorithm="ES256", headers={"kid": kid})


@pytest.mark.parametrize(
    "changes",
    [{"iss": "http://other.test"}, {"aud": "another-service"}, {"exp": 1}, {"exp": None},
     {"sub": None}, {"aud": None}, {"iat": None}, {"iss": None}, {"nbf": 4_000_000_000},
     {"sub": 7}],
    ids=str,
)  # fmt: skip
async def test_wrong_claims_are_refused(
    verifier: TokenVerifier, issuer: LocalIssuer, changes: dict[str, Any]
) -> None:
    """Another issuer or audience, expired, not yet valid, or without a required claim."""
    body = {name: value for name, value in claims(**changes).items() if value is not None}
    with pytest.raises(Unauthenticated):
        await verifier.verify(signed(issuer, body))


def unsigned(issuer: LocalIssuer) -> str:
    parts = [json.dumps({"alg": "none", "kid": "local-1"}), json.dumps(claims())]
    encoded = [base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, ""])


def with_the_public_key_as_a_secret(issuer: LocalIssuer) -> str:
    """The classic confusion of a verifier that believes the token's own `alg`."""
    [key] = issuer.jwks()["keys"]
    return jwt.encode(claims(), key["x"] * 2, algorithm="HS256", headers={"kid": "local-1"})


def by_a_stranger(issuer: LocalIssuer) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return jwt.encode(claims(), key, algorithm="ES256", headers={"kid": "local-1"})


def by_another_kind_of_key(issuer: LocalIssuer) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims(), key, algorithm="RS256", headers={"kid": "local-1"})


def with_an_unknown_key(issuer: LocalIssuer) -> str:
    return signed(issuer, claims(), kid="local-2")


def without_a_key(issuer: LocalIssuer) -> str:
    return jwt.encode(claims(), issuer._key, algorithm="ES256")


def with_another_payload(issuer: LocalIssuer) -> str:
    header, _, signature = signed(issuer, claims()).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(roles=["ops"])).encode()).rstrip(b"=")
    return ".".join([header, body.decode(), signature])


@pytest.mark.parametrize(
    "forge",
    [unsigned, with_the_public_key_as_a_secret, by_a_stranger, by_another_kind_of_key,
     with_an_unknown_key, without_a_key, with_another_payload,
     lambda _: "no token", lambda _: "a.b.c", lambda _: "é.é.é", lambda _: "..", lambda _: ""],
)  # fmt: skip
async def test_a_forged_token_is_refused(
    verifier: TokenVerifier, issuer: LocalIssuer, forge: Any
) -> None:
    """Whatever it says of itself."""
    with pytest.raises(Unauthenticated):
        await verifier.verify(forge(issuer))


async def test_a_remembered_token_is_checked_again_once_it_may_have_expired(
    verifier: TokenVerifier, issuer: LocalIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory saves work, not checks."""
    token = issuer.token("ops", "king-county", seconds=60)
    await verifier.verify(token)

    async def refuse(_: str) -> dict[str, Any]:
        raise Unauthenticated

    monkeypatch.setattr(verifier, "_claims", refuse)
    await verifier.verify(token)
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_an_issuer_that_is_away_is_not_the_callers_fault(issuer: LocalIssuer) -> None:
    """503, not 401: a good client must not throw its token away."""
    verifier = TokenVerifier(settings("http://127.0.0.1:9/jwks"))
    with pytest.raises(Overloaded):
        await verifier.verify(issuer.token("ops", "king-county"))
