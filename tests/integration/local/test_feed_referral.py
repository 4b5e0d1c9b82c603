"""The feed against the real referral service, over a real socket."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.integration.local.ports import on_a_port

from lead.client import Refused
from lead.feed import Feed, FeedStopped
from lead.feed_state import FeedState, count
from lead.issuer import LocalIssuer
from lead.mapping import TARGETS, load
from lead.roster_choices import Options
from lead.roster_command import Place, take_roster
from lead.zones import zones_of
from referral.contacts.commands import ReportContact
from shared.events import ContactReported, ContactRetracted, SiteTimeZoneSet
from shared.testing import Stage, eventually

DATA = Path(__file__).parents[2] / "data"
BY_HAND = DATA / "terry_stops_by_hand.csv"


def run_feed(
    url: str, folder: Path, token: str, file: Path = BY_HAND, mapping: str = "seattle-terry-stops"
) -> Counter[str]:
    """One run of the command's engine, with its state in the folder."""
    (folder / "token").write_text(token)
    with FeedState(folder / "state") as state:
        feed = Feed(file, load(mapping), state, url=url, token_file=folder / "token")
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


@pytest.mark.parametrize(
    ("mapping", "file", "ends", "charges"),
    [
        ("seattle-terry-stops", "terry_stops_today", {"accepted": 2, "refused": 1}, [0, 0]),
        ("seattle-terry-stops-2015", "terry_stops_by_hand",
         {"accepted": 4, "refused": 2, "not sent": 2}, [0, 0, 0, 0]),
        # The rows of one booking contradict each other; six rows are three bookings.
        ("jail-booking-charges", "jail_booking_charges", {"accepted": 4, "not sent": 2}, [1, 3]),
        ("connecticut-pretrial-inmates", "connecticut_pretrial", {"accepted": 3}, [1, 2]),
        ("nyc-daily-inmates", "nyc_daily_inmates", {"accepted": 2}, [1, 1]),
    ],
)  # fmt: skip
async def test_every_shipped_mapping_reads_its_file(
    mapping: str, file: str, ends: dict[str, int], charges: list[int],
    open_stage: Any, issuer: LocalIssuer, tmp_path: Path,
) -> None:  # fmt: skip
    """The samples are made up, in the columns as they are published."""
    said = load(mapping).constants
    token = issuer.token("agency-reporter", str(said["site"]), sources=[str(said["source_system"])])
    path = next(DATA.glob(f"{file}*.csv"))
    async with open_stage("referral") as stage, on_a_port(stage.app) as url:
        assert await asyncio.to_thread(run_feed, url, tmp_path, token, path, mapping) == ends
        reported = await stage.published(ContactReported)
        assert sorted(len(event.charges) for event in reported) == charges


async def test_times_without_an_offset_are_on_the_clock_that_the_site_set(
    open_stage: Any, issuer: LocalIssuer, tmp_path: Path
) -> None:
    """Asked of the running system, by the agency's own token, for its own site."""
    (tmp_path / "token").write_text(issuer.token("agency-reporter", "lake-town", sources=["jms"]))
    async with open_stage("referral") as stage, on_a_port(stage.app) as url:
        zone_of = zones_of(url, tmp_path / "token")
        assert await asyncio.to_thread(zone_of, "lake-town") is None
        with pytest.raises(Refused, match="403"):
            await asyncio.to_thread(zone_of, "king-county")
        await stage.deliver_and_handle(
            SiteTimeZoneSet(
                site="lake-town", subject="lake-town", occurred_at=stage.clock.now(),
                time_zone="America/Chicago",
            )
        )  # fmt: skip

        async def followed() -> bool:
            return await asyncio.to_thread(zone_of, "lake-town") == "America/Chicago"

        await eventually(followed)


async def test_a_roster_is_bookings_then_releases(
    open_stage: Any, issuer: LocalIssuer, tmp_path: Path
) -> None:
    """Night after night against the real service: booked, changed, gone, and back again."""
    said = load("jail-booking-charges").constants
    sources = [str(said["source_system"])]
    (tmp_path / "token").write_text(issuer.token("agency-reporter", "king-county", sources=sources))
    path = tmp_path / "roster.csv"
    lines = (DATA / "jail_booking_charges_made_up.csv").read_text().splitlines()[:5]

    def night(url: str, *rows: str) -> None:
        path.write_text("\n".join([lines[0], *rows]) + "\n")
        place = Place(path, tmp_path / "state", tmp_path / "no", url, tmp_path / "token")
        take_roster(load("jail-booking-charges"), place, Options(nights=1))

    async with open_stage("referral") as stage, on_a_port(stage.app) as url:
        changed = lines[4].replace("FALSE STATEMENT", "OBSTRUCTING")
        await asyncio.to_thread(night, url, *lines[1:5])
        await asyncio.to_thread(night, url, lines[1], lines[2], changed)
        reported = await stage.published(ContactReported)
        versions = sorted((event.source_record_id, event.record_version) for event in reported)
        assert versions == [("E-101", 1), ("E-101", 2), ("E-102", 1), ("E-102/release", 1)]
        await asyncio.to_thread(night, url, lines[1], lines[2], changed, lines[3])
        taken_back = await stage.published(ContactRetracted)
        assert [event.source_record_id for event in taken_back] == ["E-102/release"]


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
