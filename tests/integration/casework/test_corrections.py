"""What turned out to be wrong: disowned, retracted, corrected; merged, unmerged, excluded."""

from datetime import timedelta
from typing import Any

from tests.integration.casework.builders import (
    SAM,
    Headers,
    booking,
    now,
    open_a_file,
    post,
    tables_containing,
)
from tests.integration.casework.uncertain import STRANGER, outcomes, reviews, say
from tests.integration.conftest import OpenStage

from shared.events import (
    AlertDisowned,
    ContactReported,
    ContactRetracted,
    IdentifierPart,
    IdentityCorrected,
    IdentityReviewRaised,
    ParticipantRecontacted,
)
from shared.ids import new_id
from shared.testing import Stage

TWIN = SAM.model_copy(
    update={"middle": "Ann", "identifiers": (IdentifierPart(system="spd-local", value="2000"),)}
)


def disowned(report: ContactReported, key: str) -> AlertDisowned:
    """What the notifier says when a case manager presses "not my client"."""
    return AlertDisowned(
        site=report.site, subject=key, occurred_at=now(), alert_id=new_id(),
        receipt=report.receipt, disowned_by="alice",
    )  # fmt: skip


def retracted(report: ContactReported) -> ContactRetracted:
    return ContactRetracted(
        site=report.site, subject=str(report.receipt), occurred_at=now(),
        source_system=report.source_system, source_record_id=report.source_record_id,
        record_version=report.record_version, reason="expunged",
    )  # fmt: skip


async def people(stage: Stage, headers: Headers, what: str, body: dict[str, Any]) -> Any:
    iris = headers("identity-reviewer", sub="iris")
    return await post(stage, f"/v1/people/{what}", body, iris)


async def test_not_my_client_is_asked_first_and_remembered(
    open_stage: OpenStage, headers: Headers
) -> None:
    """A disowned alert is a question; "different" takes it back and never alerts on it again."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        report = booking()
        await stage.deliver_and_handle(report)
        await stage.deliver_and_handle(disowned(report, key), disowned(report, "nobody"))
        [raised] = await stage.published(IdentityReviewRaised)
        assert raised.due_at - raised.occurred_at == timedelta(hours=4)
        assert await stage.published(IdentityCorrected) == [], "a human decides"
        [review] = await reviews(stage, headers)
        assert review["reported"]["person"]["given"] == "Samuel"
        assert review["evidence"]["rule"] == "number"
        await say(stage, headers, review["id"], "different")
        [corrected] = await stage.published(IdentityCorrected)
        assert (corrected.subject, corrected.receipt) == (key, report.receipt)
        assert (corrected.correction, corrected.moved_to) == ("wrong_person", None)
        assert [o["outcome"] for o in await outcomes(stage, headers)] == ["unmatched"]
        await stage.deliver_and_handle(booking(record="BK-2"))
        assert len(await stage.published(ParticipantRecontacted)) == 1
        assert await reviews(stage, headers) == []


async def test_a_disowned_alert_may_be_right(open_stage: OpenStage, headers: Headers) -> None:
    """ "Same" ends the question: nothing is taken back, nobody is alerted twice."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        report = booking()
        await stage.deliver_and_handle(report)
        await stage.deliver_and_handle(disowned(report, key))
        [review] = await reviews(stage, headers)
        assert (await say(stage, headers, review["id"], "same"))["state"] == "same"
        assert await stage.published(IdentityCorrected) == []
        assert len(await stage.published(ParticipantRecontacted)) == 1
        assert [o["outcome"] for o in await outcomes(stage, headers)] == ["matched"]


async def test_an_expunged_record_leaves_nothing(open_stage: OpenStage, headers: Headers) -> None:
    """R-26, scenario 12: matched or waiting, every version goes; who was alerted is told."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        first = booking(record="BK-CANARY")
        second = booking(record="BK-CANARY", record_version=2)
        stranger = booking(STRANGER, record="BK-CANARY-2")
        await stage.deliver_and_handle(first, second, stranger)
        await stage.deliver_and_handle(retracted(second), retracted(stranger))
        corrected = await stage.published(IdentityCorrected)
        assert [(c.subject, c.receipt, c.correction) for c in corrected] == [
            (key, first.receipt, "retracted"), (key, second.receipt, "retracted"),
        ]  # fmt: skip
        assert {o["outcome"] for o in await outcomes(stage, headers)} == {"retracted"}
        for table in ("contact_body", "contact_trace"):
            assert await stage.rows(f"SELECT FROM {table}") == []
        # Published events are what the outbox keeps for replay, and no part of this.
        assert set(await tables_containing(stage, "canary")) <= {"outbox"}


async def test_a_corrected_record_moves_to_the_right_person(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Version 2 names somebody else: the alert of version 1 is taken back."""
    async with open_stage("casework") as stage:
        wrong = await open_a_file(stage)
        right = await open_a_file(stage, STRANGER)
        first = booking()
        await stage.deliver_and_handle(first)
        await stage.deliver_and_handle(booking(STRANGER, record_version=2, supersedes=1))
        [corrected] = await stage.published(IdentityCorrected)
        assert (corrected.subject, corrected.moved_to) == (wrong, right)
        assert (corrected.receipt, corrected.correction) == (first.receipt, "corrected")
        assert [e.subject for e in await stage.published(ParticipantRecontacted)] == [wrong, right]


async def test_a_merge_is_taken_back_without_a_trace(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Merged, one person gets all reports; unmerged, what was the other's is moved, and late."""
    async with open_stage("casework") as stage:
        one = await open_a_file(stage, SAM.model_copy(update={"middle": "Bo"}))
        other = await open_a_file(stage, TWIN)
        body = {"merged": other, "into": one, "reason": "same fingerprint card"}
        await people(stage, headers, "merge", body)
        again = await stage.client.post(
            "/v1/people/merge", json=body, headers=headers("identity-reviewer")
        )
        assert (again.status_code, again.json()["type"]) == (409, "/problems/already-merged")
        report = booking(TWIN)
        await stage.deliver_and_handle(report, booking(record="BK-2"))
        assert [e.subject for e in await stage.published(ParticipantRecontacted)] == [one, one]

        gone = {"participant_key": other}
        await people(stage, headers, "unmerge", gone)
        [corrected] = await stage.published(IdentityCorrected)
        assert (corrected.subject, corrected.moved_to) == (one, other)
        assert (corrected.receipt, corrected.correction) == (report.receipt, "unmerged")
        last = (await stage.published(ParticipantRecontacted))[-1]
        assert (last.subject, last.receipt, last.late) == (other, report.receipt, True)


async def test_who_is_excluded_is_not_matched(open_stage: OpenStage, headers: Headers) -> None:
    """Until it is taken back; and nobody but reviewers of the site may do it (R-10, R-32)."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        body = {"participant_key": key, "reason": "a protected witness"}
        for who in (headers("case-manager"), headers("prosecutor-system")):
            answer = await stage.client.post("/v1/people/exclude", json=body, headers=who)
            assert answer.status_code == 403
        theirs = headers("identity-reviewer", "santa-fe")
        answer = await stage.client.post("/v1/people/exclude", json=body, headers=theirs)
        assert answer.status_code == 404
        await people(stage, headers, "exclude", body)
        await stage.deliver_and_handle(booking())
        assert await stage.published(ParticipantRecontacted) == []
        await people(stage, headers, "exclude", body | {"excluded": False})
        await stage.deliver_and_handle(booking(record="BK-2"))
        assert len(await stage.published(ParticipantRecontacted)) == 1


async def test_a_matched_body_is_forgotten_after_the_look_back(open_stage: OpenStage) -> None:
    """Sealed for thirty days, so that a wrong match can be looked at; then only the row stays."""
    async with open_stage("casework") as stage:
        await open_a_file(stage)
        report = booking()
        await stage.deliver_and_handle(report)
        await stage.pass_time(timedelta(days=29))
        assert len(await stage.rows("SELECT FROM contact_body")) == 1
        await stage.pass_time(timedelta(days=1))
        assert await stage.rows("SELECT FROM contact_body") == []
        [row] = await stage.rows("SELECT outcome, purge_due_at FROM contact")
        assert (row["outcome"], row["purge_due_at"]) == ("matched", None)
