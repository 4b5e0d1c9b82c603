"""The local issuer's desk: OIDC as any client expects it, for the embedded default only."""

import re
from pathlib import Path

import pytest
from tests.website import Website, to_the_desk

from lead.issuer import LocalIssuer
from lead.sample_staff import SAMPLE_STAFF
from lead.sign_in_desk import OnlyEmbedded, create_sign_in_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_desk_lists_everybody(website: Website) -> None:
    """Every sample person is a button, and nothing asked is lost on the way."""
    async with website.client() as client:
        asked = await to_the_desk(client)
        page = await client.get("/auth/authorize", params=asked)
    assert set(re.findall(r'name="sub" value="(\w+)"', page.text)) == {p.sub for p in SAMPLE_STAFF}
    assert len({person.sub for person in SAMPLE_STAFF}) == len(SAMPLE_STAFF)
    assert "script" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/signin/callback"},
        {"redirect_uri": "{address}.evil.example/signin/callback"},
        {"redirect_uri": "{address}@evil.example/signin/callback"},
        {"redirect_uri": "{address}/mail"},
        {"redirect_uri": "{address}/x?y=/signin/callback"},
        {"client_id": "somebody-else"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"sub": "nobody"},
    ],
)
async def test_the_desk_gives_codes_to_our_pages_only(
    website: Website, change: dict[str, str]
) -> None:
    """A code leaves for our own callback with PKCE, or not at all."""
    async with website.client() as client:
        asked = {**await to_the_desk(client), "sub": "alice"}
        wrong = {name: value.format(address=website.address) for name, value in change.items()}
        answer = await client.post("/auth/authorize", data=asked | wrong)
        assert answer.status_code == 400
        assert "location" not in answer.headers


async def test_the_desk_exists_in_the_embedded_default_only(tmp_path: Path) -> None:
    """What signs anybody in as anybody cannot be built anywhere else."""
    issuer = LocalIssuer(tmp_path, "http://127.0.0.1:8080/auth")
    with pytest.raises(OnlyEmbedded):
        create_sign_in_desk(issuer, environment="production")
    assert create_sign_in_desk(issuer, environment="embedded").routes


async def test_the_discovery_document_is_what_clients_expect(website: Website) -> None:
    """Any OIDC client can use the desk: its document names what really answers."""
    async with website.client() as client:
        document = (await client.get("/auth/.well-known/openid-configuration")).json()
        keys = (await client.get(document["jwks_uri"])).json()
        refused = await client.post(document["token_endpoint"], data={"grant_type": "password"})
    assert document["issuer"] == website.issuer.issuer
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert keys == website.issuer.jwks()
    assert "d" not in keys["keys"][0]
    assert refused.json() == {"error": "unsupported_grant_type"}
