"""Casework keeps saying that everything about consents is published (R-03)."""

from datetime import timedelta

from tests.integration.conftest import OpenStage

from shared.events import ConsentsConfirmed
from shared.testing import eventually


async def test_consents_are_confirmed_for_as_long_as_casework_runs(open_stage: OpenStage) -> None:
    """Again and again, well within the minute after which others stop telling anything."""
    async with open_stage("casework") as stage:

        async def said(times: int) -> list[ConsentsConfirmed]:
            found = await stage.published(ConsentsConfirmed)
            assert len(found) >= times
            return found

        await eventually(lambda: said(1))
        for times in (2, 3):
            await stage.pass_time(timedelta(seconds=20))
            last = (await eventually(lambda n=times: said(n)))[-1]  # type: ignore[misc]
            assert stage.clock.now() - last.occurred_at < timedelta(seconds=20)
            assert last.every_seconds == 15
