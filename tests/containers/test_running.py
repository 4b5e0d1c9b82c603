"""docker-compose.yml as it runs: the story, a killed service, a broker out of reach."""

import os
import subprocess
import sys
from signal import SIGKILL
from typing import Any

import pytest
from tests.containers.conftest import Project

from lead import reports
from lead.city import JAIL, SUPERVISOR, Actor, City, now
from lead.people import make_up_person
from lead.services import PREFIXES
from lead.waiting import eventually

OPS = Actor("ops", "ops")
LIAISON = Actor("liaison-prosecutor", "leo")
BOOKINGS = 15
RECOVERY_SECONDS = 90


async def book_strangers(city: City, count: int = BOOKINGS) -> list[str]:
    """Bookings of people whom nobody knows; their receipts."""
    receipts = []
    for _ in range(count):
        body = reports.booking(city.site, make_up_person().as_jail_says, now())
        answer = await city.post(JAIL, "/referral/v1/contacts", body)
        receipts.append(str(answer["receipt"]))
    return receipts


async def ended(city: City, receipts: list[str]) -> bool:
    """Every report has exactly one outcome."""
    found = await city.items(SUPERVISOR, "/casework/v1/contacts/outcomes")
    seen = [item["receipt"] for item in found if item["receipt"] in receipts]
    assert len(seen) == len(set(seen))
    return len(seen) == len(receipts)


async def settled(city: City) -> bool:
    """No event waits to leave, and none was set aside."""
    for prefix in PREFIXES.values():
        if (await city.get(OPS, f"{prefix}/v1/outbox"))["pending"]:
            return False
        assert (await city.get(OPS, f"{prefix}/v1/dead-letters"))["items"] == []
    return True


def play(project: Project) -> "subprocess.CompletedProcess[str]":
    """`lead demo` against it, as a person would."""
    where = ("--url", project.address, "--mailpit", project.mailpit)
    return subprocess.run(
        [sys.executable, "-m", "lead.cli", "demo", *where, "--sign-ins", str(project.sign_ins)],
        capture_output=True,
        text=True,
        check=False,
    )


async def test_the_story_goes_as_told(project: Project) -> None:
    """On PostgreSQL, Kafka and nginx in containers, with people who really sign in."""
    told = play(project)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Every step went as told" in told.stdout
    async with project.city() as city:
        [hold] = await city.items(LIAISON, "/prosecution/v1/holds")
        assert hold["office"] == "kcpao"
        [item] = await city.items(LIAISON, "/prosecution/v1/coordination")
        assert (item["office"], item["owner"]) == ("kcpao", "leo")


async def test_every_container_runs_without_rights(project: Project) -> None:
    """Read-only, no capabilities, no way to gain any; our own number as user."""
    for service in PREFIXES:
        found = project.inspect(service)
        assert found["HostConfig"]["ReadonlyRootfs"]
        assert found["HostConfig"]["CapDrop"] == ["ALL"]
        assert found["HostConfig"]["SecurityOpt"] == ["no-new-privileges:true"]
        assert found["State"]["Health"]["Status"] == "healthy"


async def test_a_killed_service_comes_back_and_nothing_is_lost(project: Project) -> None:
    """SIGKILL to casework amid bookings: the engine restarts it, and each is handled once."""
    before = project.inspect("casework")
    if os.geteuid() != 0:
        pytest.skip("a container's process can be killed like a crash by root only")
    async with project.city() as city:
        receipts = await book_strangers(city)
        os.kill(before["State"]["Pid"], SIGKILL)
        receipts += await book_strangers(city)

        async def back() -> bool:
            return bool(project.inspect("casework")["RestartCount"] > before["RestartCount"])

        await eventually("the restart", back, RECOVERY_SECONDS)
        await eventually("casework", lambda: answering(project), RECOVERY_SECONDS)
        await eventually("outcomes", lambda: ended(city, receipts), RECOVERY_SECONDS)
        await eventually("quiet", lambda: settled(city), RECOVERY_SECONDS)


async def answering(project: Project) -> bool:
    return bool(project.inspect("casework")["State"]["Health"]["Status"] == "healthy")


async def test_reports_are_taken_while_kafka_is_out_of_reach(
    project: Project, cut_off: Any
) -> None:
    """With the way to the broker cut agencies get their receipts; the outcomes come later."""
    async with project.city() as city:
        heal = cut_off("kafka")
        receipts = await book_strangers(city)
        assert (await city.get(OPS, "/referral/v1/outbox"))["pending"] >= BOOKINGS
        heal()
        await eventually("outcomes", lambda: ended(city, receipts), RECOVERY_SECONDS)
        await eventually("quiet", lambda: settled(city), RECOVERY_SECONDS)
    told = play(project)
    assert told.returncode == 0, told.stdout + told.stderr
