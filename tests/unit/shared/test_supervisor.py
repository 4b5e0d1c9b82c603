"""The supervisor: a task that ends unasked is a failure, stopping is in reverse and in time."""

import asyncio
import time

import pytest

from shared.supervisor import Supervisor


async def forever() -> None:
    await asyncio.Event().wait()


async def at_once() -> None:
    return


async def failing() -> None:
    raise ValueError


@pytest.mark.parametrize("work", [at_once, failing])
async def test_a_task_that_ends_unasked_is_a_failure(work: object) -> None:
    """Whether it raised or just returned."""
    deaths: list[str] = []
    supervisor = Supervisor(on_failure=lambda: deaths.append("dead"))
    supervisor.start("steady", forever())
    supervisor.start("mortal", work())  # type: ignore[operator]
    await asyncio.sleep(0.01)
    assert (deaths, supervisor.failed) == (["dead"], "mortal")
    await supervisor.stop()


async def test_tasks_stop_in_reverse_order_and_are_waited_for() -> None:
    """What takes work in stops first, what lets it out stops last."""
    ended: list[str] = []
    supervisor = Supervisor(on_failure=lambda: ended.append("failure"))

    async def drain(name: str, asked: asyncio.Event) -> None:
        await asked.wait()
        await asyncio.sleep(0.01)
        ended.append(name)

    for name in ("relay", "consumer", "intake"):
        asked = asyncio.Event()
        supervisor.start(name, drain(name, asked), stop=asked.set)
    await supervisor.stop()
    assert ended == ["intake", "consumer", "relay"]


async def test_stopping_keeps_to_one_grace_for_all() -> None:
    """A hanging task is cancelled, and so is the next: the process ends in time."""
    supervisor = Supervisor(on_failure=pytest.fail)
    for name in ("one", "two", "three"):
        supervisor.start(name, forever(), stop=lambda: None)
    began = time.monotonic()
    await supervisor.stop(grace_seconds=2)
    assert time.monotonic() - began < 5
    assert supervisor.failed is None
