"""Forms of the pages: only ours are carried out, each once, and a lost session loses nothing."""

import pytest
from tests.website import NOTES, PREFIX, Website, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "{address}"}, 303),
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "{address}"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "{address}"}, 403),
    ],
)
async def test_a_form_of_another_site_is_refused(
    website: Website, headers: dict[str, str], status: int
) -> None:
    """A cookie alone is no permission to write: the form must be one of ours (CSRF)."""
    sent = {name: value.format(address=website.address) for name, value in headers.items()}
    async with website.client() as client:
        await sign_in(client)
        assert (await client.post(NOTES, headers=sent)).status_code == status
        written = (await client.get(NOTES)).text
    assert written == f"Alice Arden: {int(status == 303)}"


async def test_a_bearer_token_needs_no_page(website: Website) -> None:
    """Machines send no cookie, so nobody can make them send one; without either it is 401."""
    token = website.issuer.token("ops", "king-county")
    async with website.client() as client:
        api = f"{PREFIX}/v1/dead-letters"
        body = {"reason": "no such letter"}
        path = f"{api}/01890000-0000-7000-8000-000000000000/discard"
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await client.post(path, json=body, headers=bearer)).status_code == 404
        assert (await client.post(path, json=body)).status_code == 401
        assert (await client.get(api, headers=bearer)).status_code == 200


async def test_a_form_sent_again_is_carried_out_once(website: Website) -> None:
    """What the page's script repeats after a lost answer gets the first answer."""
    async with website.client() as client:
        await sign_in(client)
        headers = {**website.own_form(), "Idempotency-Key": "k1"}
        first = await client.post(NOTES, headers=headers)
        again = await client.post(NOTES, headers=headers)
        other = await client.post(NOTES, headers={**headers, "Idempotency-Key": "k2"})
    assert first.headers["location"] == again.headers["location"] == f"{NOTES}?1"
    assert other.headers["location"] == f"{NOTES}?2"


async def test_a_form_after_the_session_leads_back_to_its_page(website: Website) -> None:
    """Going back to a form's address would be an error; its page is where the person was."""
    page = {"Referer": f"{website.address}{NOTES}?day=1", **website.own_form()}
    async with website.client() as client:
        answer = await client.post(NOTES, headers=page)
        elsewhere = await client.post(NOTES, headers={**page, "Referer": "https://evil.example/x"})
    assert answer.headers["location"] == f"{PREFIX}/signin?next={NOTES}%3Fday%3D1"
    assert elsewhere.headers["location"] == f"{PREFIX}/signin?next={PREFIX}/"
