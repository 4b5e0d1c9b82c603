"""The feed against the real referral service, over a real socket."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.integration.local.ports import on_a_port

from lead.feed import Feed, FeedStopped
from lead.feed_state import FeedState, count
from lead.issuer import LocalIssuer
from lead.mapping import TARGETS, load
from referral.contacts.commands import ReportContact
from shared.events import ContactReported
from shared.testing import Stage

BY_HAND = Path(__file__).parents[2] / "data" / "terry_stops_by_hand.csv"


def run_feed(url: str, folder: Path, token: str) -> Counter[str]:
    """One run of the command's engine, with its state in the folder."""
    (folder / "token").write_text(token)
    with FeedState(folder / "state") as state:
        feed = Feed(
            BY_HAND, load("seattle-terry-stops"), state, url=url, token_file=folder / "token"
        )
        try:
            feed.run()
            return count(end for _, end in feed.results())
        finally:
            feed.close()


async def test_rows_become_reports_once(
    open_stage: Any, issuer: LocalIssuer, headers: Any, tmp_path: Path
) -> None:
    """Two runs, the second without its state: every sendable row is one report, or one refusal."""
    token = issuer.token("agency-reporter", "king-county", sources=["rms-spd"])
    async with open_stage("referral") as stage, on_a_port(stage.app) as url:
        first = await asyncio.to_thread(run_feed, url, tmp_path, token)
        (tmp_path / "state").unlink()
        assert await asyncio.to_thread(run_feed, url, tmp_path, token) == first
        assert first == {"accepted": 4, "refused": 2, "not sent": 2}
        reported = await stage.published(ContactReported)
        assert sorted(event.source_record_id for event in reported) == ["1", "2", "5", "6"]
        assert await refusals(stage, headers) == [["person_not_described"], ["under_18"]]


async def refusals(stage: Stage, headers: Any) -> list[list[str]]:
    """The refused reports that program staff see, by their reasons."""
    path = "/v1/contacts/refusals"
    answer = await stage.client.get(path, headers=headers("program-manager"))
    return sorted(sorted(set(item["reasons"])) for item in answer.json()["items"])


async def test_a_token_for_another_source_stops_the_feed(
    open_stage: Any, issuer: LocalIssuer, tmp_path: Path
) -> None:
    """Wrong rights are said at once, and nothing is taken for finished."""
    token = issuer.token("agency-reporter", "king-county", sources=["rms-other"])
    async with open_stage("referral") as stage, on_a_port(stage.app) as url:
        with pytest.raises(FeedStopped, match="may not report for the source"):
            await asyncio.to_thread(run_feed, url, tmp_path, token)
        assert await stage.published(ContactReported) == []


def test_a_mapping_can_only_fill_fields_that_a_contact_has() -> None:
    """The list of targets in the feed is part of the API's own."""
    schema = ReportContact.model_json_schema()

    def leaves(part: dict[str, Any], prefix: str = "") -> set[str]:
        found = set()
        for name, field in part.get("properties", {}).items():
            options = [field, *field.get("anyOf", ())]
            named = (o["$ref"].split("/")[-1] for o in options if "$ref" in o)
            inside = leaves(schema["$defs"].get(next(named, ""), {}), f"{prefix}{name}.")
            found |= inside or {f"{prefix}{name}"}
        return found

    known = leaves(schema)
    assert known >= TARGETS
    # What a row of a flat file cannot hold is left to the API: lists.
    assert known - TARGETS == {"person.aliases", "person.identifiers", "charges"}
