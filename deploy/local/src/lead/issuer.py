"""The local token issuer: signs tokens for the embedded default and tests, for nothing else."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

AUDIENCE = "throughline"
KID = "local-1"
TOKEN_SECONDS = 12 * 3600


class LocalIssuer:
    """A key pair under `home/keys`, made at first use, and tokens signed with it (ES256)."""

    def __init__(self, home: Path, issuer: str) -> None:
        self.issuer = issuer
        path = home / "keys" / "issuer.pem"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            key = ec.generate_private_key(ec.SECP256R1())
            path.touch(mode=0o600)
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        loaded = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{path} is not a P-256 key")
        self._key = loaded

    def token(
        self,
        role: str | Sequence[str],
        site: str | Sequence[str],
        *,
        sub: str | None = None,
        agency: str | None = None,
        sources: Sequence[str] = (),
        name: str | None = None,
        seconds: int = TOKEN_SECONDS,
        audience: str = AUDIENCE,
        **claims: Any,
    ) -> str:
        """A bearer token (JWT) with the claims that `api.md` names; valid for `seconds`."""
        now = int(time.time())
        roles = [role] if isinstance(role, str) else list(role)
        body = {
            "iss": self.issuer,
            "aud": audience,
            "sub": sub or roles[0],
            "iat": now,
            "exp": now + seconds,
            "roles": roles,
            "sites": [site] if isinstance(site, str) else list(site),
            "agency": agency,
            "sources": list(sources),
            "name": name,
            **claims,
        }
        body = {claim: value for claim, value in body.items() if value is not None}
        return jwt.encode(body, self._key, algorithm="ES256", headers={"kid": KID})

    def jwks(self) -> dict[str, Any]:
        """The public key as a JWK set."""
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key()))
        return {"keys": [{**public, "kid": KID, "alg": "ES256", "use": "sig"}]}
