"""Steps 2, 3, 5 and 6 of the story, as casework lives them."""

from datetime import timedelta

from tests.integration.casework.builders import (
    NUMBER,
    SAM,
    SITE,
    Headers,
    alert_for,
    booking,
    charge,
    enroll,
    now,
    open_a_file,
    post,
    referred,
)
from tests.integration.conftest import OpenStage

from shared.events import (
    CaseManagerAssigned,
    ChargePart,
    ConsentGranted,
    CourtDatePart,
    IdentityReviewRaised,
    IntakeCompleted,
    MatchTier,
    ParticipantEnrolled,
    ParticipantRecontacted,
    PersonPart,
    PlanUpdated,
    RecontactCause,
)
from shared.testing import eventually

GOAL = {"domain": "housing", "statement": "A room of my own", "steps": ["Apply on Monday"]}


async def test_ready(open_stage: OpenStage) -> None:
    """Casework alone is ready when its database and the broker are."""
    async with open_stage("casework") as stage:

        async def ready() -> bool:
            answer = await stage.client.get("/readyz")
            return bool(answer.json()["status"] == "ready")

        await eventually(ready)


async def test_a_referred_person_enrolls(open_stage: OpenStage, headers: Headers) -> None:
    """Step 2: file, case manager, intake, release, plan; each fact leaves once, under one key."""
    async with open_stage("casework") as stage:
        referral = referred()
        await stage.deliver_and_handle(referral)
        alice = headers("case-manager", sub="alice")
        found = await stage.client.get(
            "/v1/participants", params={"referral_id": str(referral.referral_id)}, headers=alice
        )
        assert [item["participant_key"] for item in found.json()["items"]] == [referral.subject]
        await enroll(stage, referral.subject, headers)
        file = f"/v1/participants/{referral.subject}"
        body = {"goals": [GOAL], "agreed_at": now().isoformat()}
        await post(stage, f"{file}/plans", body, alice)

        [assigned] = await stage.published(CaseManagerAssigned)
        assert (assigned.case_manager, assigned.backup, assigned.supervisor) == (
            "alice", "ben", "carla",
        )  # fmt: skip
        [enrolled] = await stage.published(ParticipantEnrolled)
        [intake] = await stage.published(IntakeCompleted)
        [consent] = await stage.published(ConsentGranted)
        [plan] = await stage.published(PlanUpdated)
        assert plan.domains == ("housing",)
        assert consent.grants[0].recipient_org == "kcpao"
        keys = {event.key for event in (assigned, enrolled, intake, consent, plan)}
        assert keys == {f"{SITE}:{referral.subject}"}
        answer = (await stage.client.get(file, headers=alice)).json()
        assert (answer["state"], answer["case_manager"]) == ("active", "alice")


async def test_a_booking_under_another_name_reaches_the_case_manager(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Step 3: the same local id and another spelling is an exact match, with everything known."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        await enroll(stage, key, headers)
        court = CourtDatePart(court="Municipal", at=now() + timedelta(days=1))
        sam = SAM.model_copy(update={"given": "Sam"})
        report = booking(sam, next_court=court, charges=(ChargePart(seq=1, nibrs="23H"),))
        await stage.deliver_and_handle(report)

        [event] = await stage.published(ParticipantRecontacted)
        assert (event.key, event.cause, event.tier) == (
            f"{SITE}:{key}", RecontactCause.BOOKING, MatchTier.EXACT,
        )  # fmt: skip
        assert (event.display_name, event.case_manager) == ("Samuel T.", "alice")
        assert (event.receipt, event.source_record_id) == (report.receipt, "BK-0001234")
        assert (event.facility, event.booking_number) == ("County A Main", "BK-0001234")
        assert (event.next_court, event.charges) == (court, report.charges)
        assert event.occurred_at == report.occurred_at

        await stage.deliver_and_handle(alert_for(report, key))
        [item] = (
            await stage.client.get("/v1/contacts/outcomes", headers=headers("supervisor"))
        ).json()["items"]
        assert (item["outcome"], item["tier"]) == ("matched_alerted", "exact")
        assert item["alerted_at"]
        assert item["source_record_id"] == "BK-0001234"


async def test_a_charge_for_conduct_before_enrollment_is_labelled(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Step 5: a new charge is matched too, and old conduct is not called new."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        await enroll(stage, key, headers)
        old = charge(incident_at=now() - timedelta(days=150), filed_at=now())
        new = charge(incident_at=now() + timedelta(minutes=1), record_version=2)
        await stage.deliver_and_handle(old)
        await stage.deliver_and_handle(new)
        first, second = await stage.published(ParticipantRecontacted)
        assert (first.cause, first.pre_enrollment_conduct) == (RecontactCause.NEW_CHARGE, True)
        assert (second.record_version, second.pre_enrollment_conduct) == (2, False)
        assert first.cause_number == "26-1-00456-3"


async def test_the_same_event_three_times_changes_nothing(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Step 6: a replay neither alerts again nor counts again; a new version of the record does."""
    async with open_stage("casework") as stage:
        referral, report = referred(), booking()
        await stage.deliver(referral, referral, referral)
        await stage.handled(referral)
        await stage.deliver(report, report, report)
        again = report.model_copy(update={"id": referral.referral_id})
        version_2 = booking(record_version=2)
        await stage.deliver_and_handle(again, version_2)
        events = await stage.published(ParticipantRecontacted)
        assert [(e.receipt, e.record_version) for e in events] == [
            (report.receipt, 1), (version_2.receipt, 2),
        ]  # fmt: skip
        assert len(await stage.rows("SELECT FROM contact")) == 2
        assert len(await stage.rows("SELECT FROM participant_file")) == 1


async def test_a_number_and_an_age_range_are_enough(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Street stops have a local person id and an estimated age, and no name at all."""
    async with open_stage("casework") as stage:
        known = PersonPart(age_from=26, age_to=35, identifiers=(NUMBER,))
        key = await open_a_file(stage, known)
        stop = PersonPart(age_from=36, age_to=45, identifiers=(NUMBER,))
        report = booking(stop, contact_type="field_contact_no_enforcement")
        stranger = booking(
            PersonPart(
                age_from=26, age_to=35, identifiers=(NUMBER.model_copy(update={"value": "9"}),)
            ),
            record="stop-2",
        )
        await stage.deliver_and_handle(report, stranger)
        [event] = await stage.published(ParticipantRecontacted)
        assert (event.subject, event.cause) == (key, RecontactCause.POLICE_CONTACT)
        assert event.display_name == "No name on file"
        assert await stage.published(IdentityReviewRaised) == []


async def test_a_second_referral_is_attached_to_the_file(
    open_stage: OpenStage, headers: Headers
) -> None:
    """Somebody referred again keeps one file, and whoever works with them is told."""
    async with open_stage("casework") as stage:
        key = await open_a_file(stage)
        await enroll(stage, key, headers)
        again = referred(SAM.model_copy(update={"given": "Sam"}))
        await stage.deliver_and_handle(again)
        [event] = await stage.published(ParticipantRecontacted)
        assert (event.subject, event.cause) == (key, RecontactCause.NEW_REFERRAL)
        assert event.receipt == again.referral_id
        found = await stage.client.get(
            "/v1/participants",
            params={"referral_id": str(again.referral_id)},
            headers=headers("referral-desk"),
        )
        assert found.json()["items"][0]["participant_key"] == key
