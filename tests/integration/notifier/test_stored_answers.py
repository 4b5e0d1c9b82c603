"""Stored answers of idempotency keys: sealed, for the same caller, gone with an erasure."""

import httpx
from tests.integration.notifier.town import CANARY, KING, Town

from shared.events import ParticipantErased
from shared.ids import new_id

KEY = {"Idempotency-Key": "first-time"}
NOTE = "Canarynote of the clinic"


async def acknowledged(town: Town) -> str:
    """The path of alice's acknowledgement, which was sent once with a key."""
    await town.assign()
    await town.report(town.contact())
    path = f"/v1/alerts/{(await town.the_alert())['id']}/acknowledgement"
    first = await send(town, path, town.alice)
    assert (first.status_code, NOTE in first.text) == (200, True)
    return path


async def send(town: Town, path: str, who: dict[str, str]) -> httpx.Response:
    return await town.stage.client.post(path, json={"note": NOTE}, headers=who | KEY)


async def dumped(town: Town) -> str:
    """The table as a dump has it, bytes as text too."""
    rows = await town.stage.rows("SELECT * FROM idempotency_key")
    assert rows
    return "".join(str(v) for row in rows for v in row.values()) + "".join(
        bytes(row["body"] or b"").decode("latin-1") for row in rows
    )


async def test_a_stored_answer_is_not_readable_and_is_given_again(town: Town) -> None:
    """Sealed in its row, whole in the replay."""
    path = await acknowledged(town)
    for word in (NOTE, CANARY, "acknowledged"):
        assert word not in await dumped(town)
    again = await send(town, path, town.alice)
    assert (again.headers["idempotent-replay"], NOTE in again.text) == ("true", True)


async def test_it_is_given_where_the_caller_still_belongs(town: Town) -> None:
    """Not after moving to another site or role, nor for another query."""
    path = await acknowledged(town)
    moved = [
        town.headers("case-manager", "santa-fe", sub="alice"),
        town.headers("supervisor", sub="alice"),
    ]
    for who in moved:
        answer = await send(town, path, who)
        assert (answer.status_code, NOTE in answer.text) == (422, False)
        assert answer.json()["type"] == "/problems/key-reused"


async def test_it_goes_with_an_erasure_and_the_request_is_not_carried_out_again(
    town: Town,
) -> None:
    """Nothing is left in the row; a repetition is 410."""
    path = await acknowledged(town)
    erased = ParticipantErased(
        site=KING, subject=town.participant, occurred_at=town.now, erasure_id=new_id()
    )
    await town.stage.deliver_and_handle(erased)
    rows = await town.stage.rows("SELECT body, etag FROM idempotency_key")
    assert rows == [{"body": None, "etag": None}]
    again = await send(town, path, town.alice)
    assert (again.status_code, again.json()["type"]) == (410, "/problems/answer-not-kept")


async def test_another_person_s_answers_stay(town: Town) -> None:
    await acknowledged(town)
    other = ParticipantErased(
        site=KING, subject="p_" + "0" * 24, occurred_at=town.now, erasure_id=new_id()
    )
    await town.stage.deliver_and_handle(other)
    (row,) = await town.stage.rows("SELECT body FROM idempotency_key")
    assert row["body"] is not None


async def test_a_secret_that_is_shown_once_is_not_kept(town: Town) -> None:
    """The link to one's duty calendar: that it was made is known, where it leads is not."""
    path, body = "/v1/me/duty-link", {"site": KING}
    first = await town.stage.client.post(path, json=body, headers=town.alice | KEY)
    assert first.status_code in (200, 201), first.text
    (row,) = await town.stage.rows("SELECT body FROM idempotency_key")
    assert row["body"] is None
    again = await town.stage.client.post(path, json=body, headers=town.alice | KEY)
    assert again.status_code == 410


async def test_what_an_older_release_keeps_in_the_clear_is_swept(town: Town) -> None:
    """While it is replaced: a minute later nothing of it can be read."""
    async with town.stage.transaction() as tx:
        await tx.raw.execute(
            "INSERT INTO idempotency_key (digest, request_digest, status, body, created_at)"
            " VALUES ('\\x01', '\\x02', 200, $1, $2)",
            NOTE.encode(),
            tx.now,
        )
        await tx.raw.execute("UPDATE timer SET due_at = $1 WHERE kind = 'housekeeping'", tx.now)
    while await town.stage.runtime.timers.fire_due():
        pass
    (kept,) = await town.stage.rows("SELECT body FROM idempotency_key")
    assert kept["body"] is None
