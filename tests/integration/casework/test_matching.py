"""Late matches, the purge, races, and who may ask: what happens to a report around its match."""

import asyncio
from datetime import timedelta

import pytest
from tests.integration.casework.builders import (
    NUMBER,
    SAM,
    Headers,
    booking,
    charge,
    open_a_file,
    post,
    referred,
    tables_containing,
)
from tests.integration.casework.uncertain import PROBABLY_SAM, STRANGER, outcomes, reviews
from tests.integration.conftest import OpenStage

from shared.batches import batch_of
from shared.events import (
    ParticipantRecontacted,
    PersonPart,
)
from shared.ids import new_id
from shared.testing import Stage

DAY = timedelta(hours=24)


async def test_nothing_of_a_stranger_is_kept_past_its_retention(
    open_stage: OpenStage, headers: Headers
) -> None:
    """The body is sealed while it waits, and after a day only a countable row is left (R-12)."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        await stage.deliver_and_handle(booking(STRANGER, record="BK-CANARY"))
        assert await tables_containing(stage, "canary") == ["contact"]
        [item] = await outcomes(stage, headers)
        assert (item["outcome"], item["source_record_id"]) == ("unmatched", "BK-CANARY")
        assert len(await stage.rows("SELECT FROM contact_body")) == 1
        assert len(await stage.rows("SELECT FROM contact_trace")) == 3

        await stage.pass_time(DAY - timedelta(minutes=30))
        assert (await outcomes(stage, headers))[0]["outcome"] == "unmatched"
        await stage.pass_time(timedelta(minutes=29, seconds=30))
        [item] = await outcomes(stage, headers)
        assert (item["outcome"], item["source_record_id"]) == ("unmatched_purged", None)
        assert item["purged_at"] <= item["purge_due_at"]
        assert await tables_containing(stage, "canary") == []
        assert await stage.rows("SELECT FROM contact_body") == []
        assert await stage.rows("SELECT FROM contact_trace") == []
        assert await stage.published(ParticipantRecontacted) == []
        assert len(await stage.rows("SELECT FROM timer WHERE kind = 'purge-contacts'")) == 1


async def test_a_report_before_its_file_is_matched_late(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Two reports wait, one known by number and one by name; the file that opens finds both."""
    async with open_stage("casework") as stage:
        by_number = booking(PersonPart(identifiers=(NUMBER,)))
        by_name = charge(SAM.model_copy(update={"identifiers": ()}))
        stranger = booking(STRANGER, record="BK-2")
        await stage.deliver_and_handle(by_number, by_name, stranger)
        assert await stage.published(ParticipantRecontacted) == []
        key = await open_a_file(stage)
        events = await stage.published(ParticipantRecontacted)
        assert {(e.subject, e.receipt) for e in events} == {
            (key, by_number.receipt), (key, by_name.receipt),
        }  # fmt: skip
        assert all(e.received_at < stage.clock.now() for e in events)
        assert all(e.late for e in events)
        left = await stage.rows("SELECT receipt FROM contact_trace GROUP BY receipt")
        assert [row["receipt"] for row in left] == [stranger.receipt]


async def test_a_purged_report_is_not_matched_late(open_stage: OpenStage, headers: Headers) -> None:
    """The look-back ends where the retention ends."""
    async with open_stage("casework") as stage:
        await stage.deliver_and_handle(booking())
        await stage.pass_time(DAY)
        await open_a_file(stage)
        assert await stage.published(ParticipantRecontacted) == []


async def test_who_has_exited_is_not_matched(open_stage: OpenStage, headers: Headers) -> None:
    """After an exit, reports about the person are reports about a stranger."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        body = {"state": "exited", "reason": "deceased"}
        await post(stage, f"/v1/participants/{key}/status", body, headers("case-manager"))
        await stage.deliver_and_handle(booking())
        assert [o["outcome"] for o in await outcomes(stage, headers)] == ["unmatched"]


async def test_two_referrals_at_once_open_one_file(open_stage: OpenStage) -> None:
    """The roster's lock: whichever comes second finds the file of the first."""
    from casework.matching.commands import OpenFile
    from casework.matching.handlers import open_file
    from casework.settings import Policy

    async with open_stage("casework") as stage:

        async def refer() -> None:
            async with stage.transaction() as tx:
                await open_file(OpenFile(referred()), tx, Policy())

        await asyncio.gather(*(refer() for _ in range(4)))
        assert len(await stage.rows("SELECT FROM participant_file")) == 1
        assert len(await stage.rows("SELECT FROM attached_referral")) == 4


async def test_a_report_and_its_file_cannot_pass_each_other(open_stage: OpenStage) -> None:
    """A report that comes while the file is being opened waits for it, then is matched."""
    from casework.matching.commands import MatchReports, OpenFile
    from casework.matching.handlers import match_reports, open_file
    from casework.settings import Policy

    async with open_stage("casework") as stage:

        async def report() -> None:
            async with stage.transaction() as tx:
                await match_reports(MatchReports(batch_of(booking())), tx, Policy())

        async with stage.transaction() as tx:
            await open_file(OpenFile(referred()), tx, Policy())
            waiting = asyncio.create_task(report())
            # Long enough for a report that does not wait to be over.
            await asyncio.wait({waiting}, timeout=0.5)
        await waiting
        assert len(await stage.published(ParticipantRecontacted)) == 1


async def test_another_sites_people_do_not_exist(open_stage: OpenStage, headers: Headers) -> None:
    """R-32: no match, no key, no list, no review, no outcome across sites."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        await stage.deliver_and_handle(booking(PROBABLY_SAM))
        [review] = await reviews(stage, headers)
        elsewhere = booking(SAM, site="santa-fe", record="BK-3")
        await stage.deliver_and_handle(elsewhere)
        assert await stage.published(ParticipantRecontacted) == []
        assert [o["outcome"] for o in await outcomes(stage, headers, "santa-fe")] == ["unmatched"]
        assert [o["outcome"] for o in await outcomes(stage, headers)] == ["to_review"]

        theirs = headers("supervisor", "santa-fe")
        listed = await stage.client.get("/v1/participants", headers=theirs)
        assert listed.json()["items"] == []
        for path in ("", "/timeline", "/plans/current"):
            answer = await stage.client.get(f"/v1/participants/{key}{path}", headers=theirs)
            assert answer.status_code == 404, path
        body = {"case_manager": "mallory"}
        path = f"/v1/participants/{key}/assignments"
        assert (await stage.client.post(path, json=body, headers=theirs)).status_code == 404
        iris = headers("identity-reviewer", "santa-fe")
        path = f"/v1/reviews/{review['id']}/decision"
        body = {"decision": "same"}
        assert (await stage.client.post(path, json=body, headers=iris)).status_code == 404


async def test_no_justice_client_can_ask(open_stage: OpenStage, headers: Headers) -> None:
    """R-10: agencies, prosecutors and courts read nothing here, not even counts."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        paths = ("participants", f"participants/{key}", "reviews", "contacts/outcomes")
        roles = ("agency-reporter", "prosecutor-system", "court-system", "liaison-prosecutor")
        for role in roles:
            for path in paths:
                answer = await stage.client.get(f"/v1/{path}", headers=headers(role))
                assert answer.status_code == 403, (role, path)


ADD_ROW = """
INSERT INTO contact (receipt, site, source_system, record_version, contact_type, occurred_at,
                     received_at, outcome, tier)
VALUES ($1, 'king-county', 'jms', 1, 'booking', now(), now(), 'unmatched', 'none')"""


async def receipts_by_page(stage: Stage, ops: dict[str, str]) -> list[str]:
    """The receipts of the whole list, two a page."""
    query, seen = {"limit": "2"}, list[str]()
    while True:
        answer = await stage.client.get("/v1/contacts/outcomes", params=query, headers=ops)
        page = answer.json()
        seen += [item["receipt"] for item in page["items"]]
        if page["next"] is None:
            return seen
        query["cursor"] = page["next"]


async def test_outcomes_are_paged_and_filtered(open_stage: OpenStage, headers: Headers) -> None:
    """Every report is listed exactly once, in pages."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        reports = [booking(STRANGER, record=f"BK-{n}") for n in range(5)]
        await stage.deliver_and_handle(*reports, charge())
        ops = headers("ops")
        seen = await receipts_by_page(stage, ops)
        assert len(seen) == len(set(seen)) == 6
        query = {"source_system": "pcms-kcpao"}
        answer = await stage.client.get("/v1/contacts/outcomes", params=query, headers=ops)
        assert [item["contact_type"] for item in answer.json()["items"]] == ["charge_filed"]


async def follow(stage: Stage, ops: dict[str, str], cursor: str | None) -> list[str]:
    """The receipts of one page, as somebody who follows the list asks for it."""
    query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
    answer = await stage.client.get("/v1/contacts/outcomes", params=query, headers=ops)
    assert answer.status_code == 200, answer.text
    return [item["receipt"] for item in answer.json()["items"]]


async def test_a_follower_of_outcomes_sees_each_once_however_late_it_commits(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A report that was received first and is recorded last comes last; nothing is passed over
    while a transaction that may still add a row is running."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        ops, began = headers("ops"), str(new_id())
        early = booking(STRANGER, record="BK-early")
        first, second, third = (booking(STRANGER, record=f"BK-{n}") for n in range(3))
        await stage.deliver_and_handle(first)
        seen = await follow(stage, ops, began)
        assert seen == [str(first.receipt)]
        async with stage.transaction() as slow:
            await slow.raw.execute(ADD_ROW, early.receipt)
            await stage.deliver_and_handle(second)
            assert await follow(stage, ops, seen[-1]) == [], "the slow one may still add its row"
            assert await follow(stage, ops, began) == seen
        seen += await follow(stage, ops, seen[-1])
        assert seen == [str(r) for r in (first.receipt, early.receipt, second.receipt)]
        await stage.deliver_and_handle(third)
        assert await follow(stage, ops, seen[-1]) == [str(third.receipt)]
        everything = [*seen, str(third.receipt)]
        assert await follow(stage, ops, None) == everything
        query = {"limit": "2"}
        page = await stage.client.get("/v1/contacts/outcomes", params=query, headers=ops)
        assert await follow(stage, ops, page.json()["next"]) == everything[2:]
        assert await follow(stage, ops, str(new_id())) == []


async def test_outcomes_are_in_the_order_of_numbers(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A position is a number: 9 comes before 10, and no page leaves a row out."""
    async with open_stage("casework") as stage:
        ops, positions = headers("ops"), (9, 10, 99, 100, 101)
        receipts = [new_id() for _ in positions]
        async with stage.transaction() as tx:
            for receipt, position in zip(receipts, positions, strict=True):
                await tx.raw.execute(ADD_ROW, receipt)
                await tx.raw.execute(
                    "UPDATE contact SET recorded_in = $2::text::xid8 WHERE receipt = $1",
                    receipt, str(position),
                )  # fmt: skip
        assert await receipts_by_page(stage, ops) == list(map(str, receipts))


@pytest.mark.parametrize("cursor", ["x", "1_", "_x", "x_y", "1_2_3", "-1_{}", "9" * 25 + "_{}"])
async def test_a_cursor_of_no_list_is_refused(
    open_stage: OpenStage, headers: Headers, cursor: str
) -> None:
    async with open_stage("casework") as stage:
        query = {"cursor": cursor.format(new_id())}
        path, ops = "/v1/contacts/outcomes", headers("ops")
        answer = await stage.client.get(path, params=query, headers=ops)
        assert answer.status_code in (400, 422)
