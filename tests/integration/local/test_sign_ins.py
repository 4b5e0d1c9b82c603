"""The story's sign-ins, against the stand-in for the sample realm's identity provider."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from tests.architecture.source import ROOT
from tests.architecture.test_compose import load

from lead.city import CASE_MANAGERS, DESK, JAIL, OFFICER, PROSECUTOR, SUPERVISOR, Actor
from lead.client import Refused
from lead.sign_ins import NoSignIn, SignIns

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
    server = module.Issuer(module.Realm(content, f"http://issuer.test{REALM}"), "127.0.0.1", 0)
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


def test_who_is_not_in_the_file_is_named(sign_ins: SignIns) -> None:
    """An installation older than a sample person: said, not a traceback."""
    for options in ({"sub": "nobody"}, {"sources": ("jms-nowhere",)}):
        with pytest.raises(NoSignIn, match=r"nothing about (nobody|jms-nowhere)"):
            sign_ins.token("case-manager", "king-county", **options)


BACK = "http://throughline.localhost:8080/prosecution/signin/callback"
VERIFIER = "made-up-for-this-test"
ASKED = {
    "client_id": "throughline-pages",
    "redirect_uri": BACK,
    "response_type": "code",
    "state": "s-1",
    "code_challenge": urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
    "code_challenge_method": "S256",
}


def sign_in(url: str, secrets: Path, **changes: str) -> httpx.Response:
    """What the provider's form answers to leo's password."""
    people = json.loads((secrets / "sample" / "sign-ins.json").read_text())
    form = {"username": "leo", "password": people["passwords of sample people"]["leo"]}
    at = f"{url}{REALM}/protocol/openid-connect/auth"
    return httpx.post(at, params=ASKED | changes, data=form)


def exchange(
    url: str, secrets: Path, code: str, *, secret: str | None = None, **changes: str
) -> httpx.Response:
    """What a service of ours gets for a code."""
    ours = (secrets / "prosecution-hook" / "oidc_client_secret").read_text()
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    return httpx.post(
        f"{url}{REALM}/protocol/openid-connect/token",
        data=form | {"redirect_uri": BACK} | changes,
        auth=("throughline-pages", secret or ours),
    )


def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    back = urlsplit(answer.headers["location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    return parse_qs(back.query)["code"][0]


def test_the_pages_get_a_token_for_a_code_once(url: str, secrets: Path) -> None:
    """By the flow that the services use; the code is spent by its first use, right or wrong."""
    code = code_of(sign_in(url, secrets))
    token = exchange(url, secrets, code).json()["access_token"]
    assert claims(url, token)["roles"] == ["liaison-prosecutor"]
    assert exchange(url, secrets, code).status_code == 401
    for wrong in ({"code_verifier": "another"}, {"redirect_uri": "x"}):
        code = code_of(sign_in(url, secrets))
        assert exchange(url, secrets, code, **wrong).status_code == 401
    code = code_of(sign_in(url, secrets))
    assert exchange(url, secrets, code, secret="guess").status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/"},
        {"client_id": "throughline-story"},
        {"client_id": "nobody"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
    ids=str,
)
def test_no_code_goes_where_the_realm_does_not_say(
    url: str, secrets: Path, change: dict[str, str]
) -> None:
    """Only to a client that signs people in, at its own address, with PKCE."""
    assert sign_in(url, secrets, **change).status_code == 401
