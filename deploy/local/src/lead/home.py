"""LEAD_HOME: the folder with one embedded system's databases, keys and logs."""

import json
import os
import secrets
from pathlib import Path

from lead.errors import Failure
from lead.issuer import LocalIssuer
from lead.services import CARE, IDENTITY, PARTS, Part
from shared.sealing import generate_key_ring

DEFAULT_PORT = 8080
CHECKOUT = Path(__file__).resolve().parents[4]


class NoSystemHere(Failure):
    """This home holds no keys: no embedded system was ever started in it."""


class Home:
    """What a run leaves for the next one. Nothing in it is meant for production."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.keys = self.path / "keys"
        self.log = self.path / "logs" / "throughline.log"
        self.jwks = self.keys / "jwks.json"
        self._address = self.path / "address"

    def prepare(self, address: str) -> LocalIssuer:
        """Make folders and keys that are missing; returns the issuer of this address's tokens."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.keys.mkdir(mode=0o700, exist_ok=True)
        self._write_key_rings()
        self._address.write_text(address)
        issuer = self._issuer(address)
        self.jwks.write_text(json.dumps(issuer.jwks()))
        return issuer

    def issuer(self) -> LocalIssuer:
        """Signs tokens for the system of this home. Raises NoSystemHere."""
        if not (self.keys / "issuer.pem").exists():
            raise NoSystemHere(f"{self.path} holds no keys. Start a system in it with: lead run")
        return self._issuer(self.address())

    def address(self) -> str:
        """Where this home's system is, or was last: LEAD_PORT, else what the last run used."""
        if port := os.environ.get("LEAD_PORT"):
            return f"http://127.0.0.1:{port}"
        if self._address.exists():
            return self._address.read_text()
        return f"http://127.0.0.1:{DEFAULT_PORT}"

    def key_ring(self, part: Part) -> Path:
        return self.keys / f"{part.name}.json"

    def secret(self, name: str) -> str:
        """A random secret of this name, made at first use."""
        path = self.keys / f"{name}.secret"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(32))
        return path.read_text()

    def _issuer(self, address: str) -> LocalIssuer:
        return LocalIssuer(self.path, f"{address}/auth")

    def _write_key_rings(self) -> None:
        """One master ring, and from it what each service may hold."""
        master = self.keys / "master.json"
        if not master.exists():
            _write_private(master, json.dumps(generate_key_ring((IDENTITY, CARE))))
        keys = json.loads(master.read_text())["keys"]
        for part in PARTS:
            held = [key for key in keys if key["data_class"] in (*part.classes, "digest")]
            _write_private(self.key_ring(part), json.dumps({"keys": held}))


def default_home() -> Home:
    """LEAD_HOME, or `.lead` in the checkout."""
    inside = CHECKOUT if (CHECKOUT / "Makefile").exists() else Path.cwd()
    return Home(Path(os.environ.get("LEAD_HOME") or inside / ".lead"))


def default_port() -> int:
    return int(os.environ.get("LEAD_PORT") or DEFAULT_PORT)


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
