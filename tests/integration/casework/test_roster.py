"""Pages name staff as the notifier does, and offer only those whom a message would reach."""

import pytest
from tests.integration.casework.builders import SITE
from tests.integration.casework.desk import Desk
from tests.integration.casework.test_file_pages import named, read

from shared.events import StaffNamed, StaffReachabilityChanged

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def hear_of(desk: Desk, sub: str, name: str | None, *, reachable: bool = True) -> None:
    """The notifier's words; `name` None: only that they can be reached, or not."""
    await desk.wait(seconds=1)
    about = {"site": SITE, "subject": sub, "occurred_at": desk.now}
    await desk.hear(StaffReachabilityChanged(**about, reachable=reachable))
    if name is not None:
        await desk.hear(StaffNamed(**about, name=name))


async def test_a_supervisor_chooses_from_those_who_can_be_reached(desk: Desk) -> None:
    """Names with what each has on the plate; a login goes with the form, and is not on the page."""
    await desk.enrolled(named("r1"))
    key = await desk.refer(named("r2"))
    file = f"/participants/{key}"
    page = (await desk.page(file, desk.carla)).text
    assert '<input id="case_manager" name="case_manager" required' in page, "nobody is known yet"
    await hear_of(desk, "alice", "Alice Arden")
    await hear_of(desk, "ben", "Ben Brook")
    await hear_of(desk, "zoe", "Zoe Zed", reachable=False)
    page = (await desk.page(file, desk.carla)).text
    assert '<option value="alice">Alice Arden, 1 now</option>' in page
    assert '<option value="ben">Ben Brook</option>' in page
    assert "Zoe" not in page
    await desk.form(f"{file}/assignment", desk.carla, case_manager="ben", backup="alice")
    text = await read(desk, file, desk.carla)
    assert "with Ben Brook , backup Alice Arden" in text
    assert "Case manager is Ben Brook, backup Alice Arden" in text
    assert "Team Alice Arden 1 of 25" in await read(desk, "/caseload", desk.carla)
    assert "Participants of Ben Brook" in await read(desk, "/caseload?of=ben", desk.carla)
    intake = (await desk.page(f"{file}/intake", desk.carla)).text
    assert '<option value="ben" selected>Ben Brook</option>' in intake


async def test_who_cannot_be_reached_any_more_stays_named(desk: Desk) -> None:
    """Nobody else's choice is changed by opening a form: what was chosen before stays chosen."""
    file = f"/participants/{await desk.refer(named('r3'))}"
    await hear_of(desk, "ben", "Ben Brook")
    await hear_of(desk, "alice", "Alice Arden")
    await desk.form(f"{file}/assignment", desk.carla, case_manager="alice")
    await hear_of(desk, "alice", None, reachable=False)
    assert "with Alice Arden" in await read(desk, file, desk.carla)
    intake = (await desk.page(f"{file}/intake", desk.carla)).text
    assert '<option value="alice" selected>Alice Arden</option>' in intake
    assert '<option value="alice">' not in (await desk.page(file, desk.carla)).text
