"""The story's sign-ins, against the stand-in for the sample realm's identity provider."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from tests.architecture.source import ROOT
from tests.architecture.test_compose import load

from lead.city import CASE_MANAGERS, DESK, JAIL, OFFICER, PROSECUTOR, SUPERVISOR, Actor
from lead.client import Refused
from lead.sign_ins import SignIns

COMPOSE = ROOT / "deploy" / "compose"
REALM = "/auth/realms/throughline"


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample realm and sign-ins as the job `secrets` fills them."""
    folder = tmp_path_factory.mktemp("secrets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.geteuid", lambda: 1)
        load(COMPOSE / "make_secrets.py").make(folder, COMPOSE / "realm.json")
    return folder


@pytest.fixture(scope="module")
def url(secrets: Path) -> Iterator[str]:
    """The stand-in's address."""
    module = load(COMPOSE / "standins" / "issuer.py")
    content = json.loads((secrets / "keycloak" / "realm.json").read_text())
    server = module.serve(module.Realm(content, f"http://issuer.test{REALM}"), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sign_ins(url: str, secrets: Path) -> SignIns:
    return SignIns(url, secrets / "sample" / "sign-ins.json")


def claims(url: str, token: str) -> dict[str, Any]:
    """What the token says, once its signature is checked with the published key."""
    keys = httpx.get(f"{url}{REALM}/protocol/openid-connect/certs").json()["keys"]
    key = jwt.PyJWK(keys[0])
    issuer = f"http://issuer.test{REALM}"
    found: dict[str, Any] = jwt.decode(
        token, key, algorithms=["ES256"], audience="throughline", issuer=issuer
    )
    return found


@pytest.mark.parametrize("who", [DESK, SUPERVISOR, *CASE_MANAGERS, Actor("ops", "ops")])
def test_a_person_gets_what_the_realm_grants(url: str, sign_ins: SignIns, who: Actor) -> None:
    """Role and site are the realm's, whatever is asked for."""
    found = claims(url, sign_ins.token("privacy-officer", "elsewhere", sub=who.sub))
    assert found["sub"] == who.sub
    assert (found["roles"], found["sites"]) == ([who.role], ["king-county"])


@pytest.mark.parametrize("who", [OFFICER, JAIL, PROSECUTOR])
def test_an_agency_s_system_gets_what_the_realm_grants(
    url: str, sign_ins: SignIns, who: Actor
) -> None:
    """The story's agencies are the sample realm's clients, with the same sources."""
    found = claims(url, sign_ins.token(who.role, "king-county", sub=who.sub, sources=who.sources))
    assert found["roles"] == [who.role]
    assert (found["agency"], found["sources"]) == (who.agency, list(who.sources))


def test_a_wrong_password_gets_no_token(url: str, secrets: Path, tmp_path: Path) -> None:
    """Neither for a person nor for an agency."""
    content = json.loads((secrets / "sample" / "sign-ins.json").read_text())
    wrong = {part: dict.fromkeys(names, "guess") for part, names in content.items()}
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    guesser = SignIns(url, tmp_path / "wrong.json")
    for options in ({"sub": "alice"}, {"sources": ("jms-county-a",)}):
        with pytest.raises(Refused, match="401"):
            guesser.token("case-manager", "king-county", **options)
