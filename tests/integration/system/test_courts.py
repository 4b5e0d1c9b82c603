"""Prosecutors' and courts' reports reach the case manager, told apart by what they mean."""

from datetime import timedelta
from typing import Any

from tests.integration.system.house import KING, PARTICIPANT, House, now

from shared.testing import eventually


def report(number: str, **fields: Any) -> dict[str, Any]:
    """A court's report about the participant."""
    return {
        "site": KING,
        "source_system": "pcms-kcpao",
        "source_record_id": number,
        "cause_number": "26-1-00777-1",
        "person": PARTICIPANT.as_prosecutor_says,
        **fields,
    }


async def test_what_courts_report_reaches_the_case_manager(house: House) -> None:
    """Scenarios 7 and 10: from the post to the mail; a served warrant is custody."""
    await house.settle_in()
    before = now() - timedelta(days=150)
    day = now() - timedelta(minutes=3)
    at = {"occurred_at": day.isoformat()}
    next_court = {"next_court": {"at": (now() + timedelta(days=9)).isoformat()}}
    posts: list[tuple[str, dict[str, Any], str, str]] = [
        ("charges", {"kind": "filed", "filed_at": day.isoformat(),
                     "incident_at": before.isoformat(), "charges": [{"seq": 1, "text": "Theft"}]},
         "new-charge", "legal"),
        ("warrants", {"kind": "issued", "basis": "failure_to_appear", **at}, "warrant", "legal"),
        ("warrants", {"kind": "stayed", **at}, "warrant", "legal"),
        ("court-dates", {"kind": "failure_to_appear", **at}, "failure-to-appear", "legal"),
        ("court-dates", {"kind": "set", **next_court}, "court-date", "legal"),
        ("decisions", {"decision": "decline", "decided_at": day.isoformat()},
         "prosecution-decision", "legal"),
        ("warrants", {"kind": "served", **at}, "arrest", "custody"),
        ("dispositions", {"disposition": "dismissed", "disposed_at": day.isoformat()},
         "disposition", "legal"),
    ]  # fmt: skip
    for number, (kind, fields, cause, alert_class) in enumerate(posts):
        body = report(f"R-{number}", **fields)
        receipt = await house.report("prosecution-hook", f"/v1/{kind}", house.prosecutor, body)
        alert = await house.alerted(receipt)
        entry = next(e for e in alert["entries"] if e["receipt"] == receipt)
        assert entry["cause"] == cause
        assert alert["alert_class"] in (alert_class, "custody")
        assert entry["pre_enrollment_conduct"] is (kind == "charges")

    async def all_mailed() -> bool:
        return len(house.mail.mails) >= len(posts)

    await eventually(all_mailed)
    told = {entry["outcome"]: entry["news"] for entry in alert["entries"]}
    assert told["stayed"] == ["warrant_stayed"]
    assert alert["alert_class"] == "custody"
