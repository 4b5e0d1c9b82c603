"""Sample secrets for docker compose, random per installation, each where only its reader sees it.

Runs once, before everything else, and leaves alone what exists. SAMPLES: a real deployment brings
its own keys, database roles and identity provider.
"""

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

from shared.sealing import generate_key_ring

# Service -> the class keys it may hold. prosecution-hook has none for care, on purpose.
SERVICES = {
    "referral": ("identity", "care"),
    "casework": ("identity", "care"),
    "prosecution-hook": ("identity",),
    "notifier": ("identity", "care"),
}
SERVICE_USER, POSTGRES_USER, KEYCLOAK_USER = 10001, 999, 1000


def make(root: Path, realm: Path) -> None:
    """Fill `root`: a folder per service, `postgres`, `keycloak`, and `sample` for people."""
    if (root / "sample" / "sign-ins.json").exists():
        return
    passwords = {service: secrets.token_urlsafe(24) for service in SERVICES}
    pages_secret = secrets.token_urlsafe(32)
    keys = generate_key_ring(("identity", "care"))["keys"]
    for service, classes in SERVICES.items():
        role = service.replace("-", "_")
        held = [key for key in keys if key["data_class"] in (*classes, "digest")]
        files = {
            "database_url": f"postgresql://{role}:{passwords[service]}@postgres:5432/{role}",
            "session_secret": secrets.token_urlsafe(32),
            "oidc_client_secret": pages_secret,
            "key_ring.json": json.dumps({"keys": held}),
        }
        _write(root / service, files, SERVICE_USER)
    roles = {service.replace("-", "_"): password for service, password in passwords.items()}
    _write(root / "postgres", {"superuser": secrets.token_urlsafe(24), **roles}, POSTGRES_USER)
    filled, sign_ins = _fill(json.loads(realm.read_text()), pages_secret)
    _write(root / "keycloak", {"realm.json": json.dumps(filled)}, KEYCLOAK_USER)
    _write(root / "sample", {"sign-ins.json": json.dumps(sign_ins, indent=2)}, SERVICE_USER)


def _fill(realm: dict[str, Any], pages_secret: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give every person and client of the sample realm a random secret; returns both."""
    people, clients = {}, {}
    for user in realm["users"]:
        people[user["username"]] = password = secrets.token_urlsafe(9)
        user["credentials"] = [{"type": "password", "value": password, "temporary": False}]
    for client in realm["clients"]:
        if client["publicClient"]:
            continue
        machine = client["serviceAccountsEnabled"]
        client["secret"] = secrets.token_urlsafe(24) if machine else pages_secret
        if machine:
            clients[client["clientId"]] = client["secret"]
    return realm, {"passwords of sample people": people, "secrets of sample agencies": clients}


def _write(folder: Path, files: dict[str, str], owner: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.touch(mode=0o400)
        path.write_text(text)
        if os.geteuid() == 0:
            os.chown(path, owner, owner)


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]))
