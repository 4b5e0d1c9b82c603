"""The story, as `make demo` and `make run` tell it, and what is left of it after a restart."""

import json
import re
import shutil
from pathlib import Path
from signal import SIGINT
from uuid import UUID

import httpx
import pytest
from tests.e2e.page import run_page
from tests.e2e.system import STOP_SECONDS, RunningSystem, StartSystem, lead

from lead.city import CASE_MANAGERS, SUPERVISOR, Actor, City
from lead.home import Home
from lead.process import free_port, list_at_work_in
from lead.services import PREFIXES

pytestmark = pytest.mark.e2e

FIRST_EVENT = Path(__file__).parents[2] / "docs" / "agencies" / "first-event.md"
# With his office's name in the token: the site's policy says what is his office's.
LEO = Actor("liaison-prosecutor", "leo", agency="kcpao")


def test_the_demo_tells_the_whole_story(tmp_path: Path) -> None:
    """`lead demo` starts a system of its own, plays all six steps, and leaves nothing behind."""
    done = lead(tmp_path / "unused", free_port(), "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every step went as told" in done.stdout
    for hop in ("contact-reported", "participant-recontacted", "alert-raised", "mail handed over"):
        assert f"{hop}" in done.stdout
    assert "\x1b" not in done.stdout
    assert not (tmp_path / "unused").exists()


def test_the_demo_says_which_step_failed(tmp_path: Path) -> None:
    """A system that is not there fails the first step, with a non-zero exit code."""
    home = tmp_path / "home"
    home.mkdir()
    Home(home).prepare("http://127.0.0.1:9")
    done = lead(home, 9, "demo", "--url", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "Step 1 (An officer refers" in done.stderr
    assert "nobody answers at http://127.0.0.1:9" in done.stderr


async def count(city: City, who: Actor, path: str) -> int:
    """How many items a list has."""
    async with city:
        return len(await city.items(who, path))


async def test_a_restart_keeps_everything(tmp_path: Path, start_system: StartSystem) -> None:
    """SIGTERM ends it with 0; the next run has the same file and alerts, and mails nobody again."""
    home, everybody = tmp_path / "home", "/casework/v1/participants"
    with start_system(home, story=True) as system:
        assert "Every step went as told" in system.output
        assert "alice" in system.output
        assert await count(system.city(), SUPERVISOR, everybody) == 1
        alerts = await count(system.city(), CASE_MANAGERS[0], "/notifier/v1/alerts")
        assert alerts == 3  # the booking, the charge, and the question about the charge
        assert await count(system.city(), LEO, "/prosecution/v1/holds") == 1
        assert await count(system.city(), LEO, "/prosecution/v1/coordination") == 1
        assert system.stop() == 0
        assert "Everything is kept for the next run." in system.output
    with start_system(home, port=system.port) as system:
        assert await count(system.city(), SUPERVISOR, everybody) == 1
        assert await count(system.city(), CASE_MANAGERS[0], "/notifier/v1/alerts") == alerts
        async with system.city() as city:
            assert await city.mails() == []
        done = system.lead("demo", "--url", system.address)
        assert done.returncode == 0, done.stdout + done.stderr
        assert await count(system.city(), SUPERVISOR, everybody) == 2
        assert system.stop() == 0


def test_a_second_run_is_refused_in_words(system: RunningSystem, tmp_path: Path) -> None:
    """The same home, and the same port, are each said plainly; the first run is not disturbed."""
    same_home = lead(system.home, free_port(), "run")
    assert same_home.returncode == 1
    assert f"Another system is running in {system.home}" in same_home.stderr
    same_port = lead(tmp_path / "other", system.port, "run")
    assert same_port.returncode == 1
    assert f"Port {system.port} is taken" in same_port.stderr
    assert system.is_ready()


async def test_two_systems_run_side_by_side(
    system: RunningSystem, tmp_path: Path, start_system: StartSystem
) -> None:
    """Different homes and ports share nothing: neither facts, nor mail, nor tokens."""
    with start_system(tmp_path / "other", story=True) as other:
        assert system.is_ready()
        assert other.is_ready()
        assert await count(other.city(), SUPERVISOR, "/casework/v1/participants") == 1
        assert await count(system.city(), SUPERVISOR, "/casework/v1/participants") == 0
        done = system.lead("outbox", "--url", other.address)
        assert done.returncode == 1
        assert "401" in done.stderr


def test_a_directory_is_imported_by_a_command(system: RunningSystem, tmp_path: Path) -> None:
    """A folder of HSDS tables becomes the site's directory; a faulty one is refused with places."""
    (tmp_path / "organizations.csv").write_text("id,name,description\no1,Harbor,Beds\n")
    services = tmp_path / "services.csv"
    services.write_text("id,organization_id,name,status\ns1,o1,Night shelter,active\n")
    command = ("directory", "import", str(tmp_path), "--site", "king-county")
    done = system.lead(*command)
    assert done.stdout == "1 services are the directory of king-county now.\n", done.stderr
    services.write_text("id,organization_id,name,status\ns1,o1,Night shelter,open\n")
    refused = system.lead(*command)
    assert refused.returncode == 1
    assert "/0/status" in refused.stderr


def test_one_address_leads_everywhere(system: RunningSystem) -> None:
    """The first page's links all answer; operating commands work with the home's own token."""
    with httpx.Client(base_url=system.address, follow_redirects=True) as client:
        page = client.get("/").text
        links = set(re.findall(r'href="(/[^"]*)"', page))
        assert {"/referral/docs", "/prosecution/docs", "/notifier/", "/mail"} <= links
        failed = {link: client.get(link).status_code for link in links}
        assert set(failed.values()) == {200}, failed
    outbox = json.loads(system.lead("outbox", "--json").stdout)
    assert {name: state["connected"] for name, state in outbox.items()} == dict.fromkeys(
        PREFIXES, True
    )
    assert system.lead("dead-letters", "list", "--json").stdout.split() == [
        "{", '"items":', "[],", '"next":', "null", "}",
    ]  # fmt: skip
    span = ("--since", "2026-01-01T00:00:00Z", "--until", "2027-01-01T00:00:00Z")
    replayed = system.lead("replay", "--service", "referral", *span)
    assert json.loads(replayed.stdout) == {"queued": 0}
    heads = system.home / "heads.json"
    for _ in range(2):
        trails = json.loads(system.lead("audit", "verify", "--json", "--heads", str(heads)).stdout)
        assert [(t["service"], t["findings"]) for t in trails] == [(s, []) for s in PREFIXES]
    missing = system.lead("dead-letters", "show", str(UUID(int=1)), "--service", "notifier")
    assert missing.returncode == 1
    assert "404" in missing.stderr


def test_an_agency_posts_its_first_event(system: RunningSystem, tmp_path: Path) -> None:
    """Every command of the page for agencies is run, and answers what the page shows."""
    if shutil.which("curl") is None:
        pytest.skip("NOT RUN: there is no curl on PATH (Debian: apt install curl)")
    answered, shown = run_page(FIRST_EVENT, system, tmp_path)
    assert len(shown) == 9
    assert answered == shown


def test_ctrl_c_stops_it_while_it_starts(tmp_path: Path) -> None:
    """An impatient user gets the terminal back, and no server stays behind."""
    system = RunningSystem(tmp_path / "home")
    system.await_printed("Starting PostgreSQL")
    system.process.send_signal(SIGINT)
    assert system.process.wait(STOP_SECONDS) in (0, 130)
    assert not list_at_work_in(tmp_path / "home" / "postgres" / "data")
