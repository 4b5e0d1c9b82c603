"""Timers: rows that come due by the service's clock, each fired once, whoever looks first."""

import asyncio
from datetime import timedelta

from tests.integration.spine.test_outbox import kill_backends

from shared.database import Database
from shared.testing import Stage, eventually
from shared.timers import TimerWheel, clear_timer, set_timer

HOUR = timedelta(hours=1)


async def set_all(stage: Stage, kind: str, *subjects: str, after: timedelta = HOUR) -> None:
    async with stage.transaction() as tx:
        for subject in subjects:
            await set_timer(tx, kind, subject, tx.now + after)


async def rung(stage: Stage) -> list[str]:
    return [row["subject"] for row in await stage.rows("SELECT subject FROM rung ORDER BY 1")]


async def test_a_timer_fires_once_when_the_clock_says_so(stage: Stage) -> None:
    """Not before; moving it moves it; clearing it clears it."""
    await set_all(stage, "ring", "a", "b", "c")
    await set_all(stage, "ring", "b", after=3 * HOUR)
    async with stage.transaction() as tx:
        await clear_timer(tx, "ring", "c")
    await stage.pass_time(HOUR - timedelta(minutes=1))
    assert await rung(stage) == []
    await stage.pass_time(timedelta(minutes=2))
    assert await rung(stage) == ["a"]
    await stage.pass_time(3 * HOUR)
    assert await rung(stage) == ["a", "b"]


async def test_two_processes_that_look_at_once_fire_each_timer_once(stage: Stage) -> None:
    """Claimed with SKIP LOCKED: neither waits for the other, neither repeats the other."""
    subjects = sorted(f"t{n:03}" for n in range(100))
    await set_all(stage, "ring", *subjects)
    stage.clock.advance(2 * HOUR)
    other = Database(stage.database.url, stage.ring, clock=stage.clock)
    runtime = stage.runtime
    wheel = TimerWheel(other, runtime.service.timers, runtime.metrics, runtime.telemetry.tracer)

    async def fire(one: TimerWheel) -> int:
        fired = 0
        while count := await one.fire_due():
            fired += count
        return fired

    await asyncio.gather(fire(wheel), fire(runtime.timers))

    async def all_rung() -> bool:
        return len(await rung(stage)) >= 100

    await eventually(all_rung)
    await other.close()
    assert await rung(stage) == subjects


async def test_a_failing_timer_is_postponed_and_the_others_fire(stage: Stage) -> None:
    """Its writes are rolled back, it is tried again later, and it says how often it failed."""
    await set_all(stage, "break", "x", after=HOUR - timedelta(minutes=5))
    await set_all(stage, "ring", "a")
    await stage.pass_time(2 * HOUR)
    assert await rung(stage) == ["a"]
    [timer] = await stage.rows("SELECT * FROM timer WHERE kind = 'break'")
    assert timer["attempts"] == 1
    assert timer["due_at"] > stage.clock.now()
    await stage.pass_time(timedelta(minutes=10))
    [timer] = await stage.rows("SELECT * FROM timer WHERE kind = 'break'")
    assert timer["attempts"] == 2


async def test_a_timer_that_nobody_handles_stops_no_other(stage: Stage) -> None:
    """It may belong to a version that is being rolled back."""
    await set_all(stage, "unknown", "x", after=timedelta(minutes=1))
    await set_all(stage, "ring", "a")
    await stage.pass_time(2 * HOUR)
    assert await rung(stage) == ["a"]
    assert len(await stage.rows("SELECT FROM timer WHERE kind = 'unknown'")) == 1


async def test_timers_survive_the_loss_of_their_connection(stage: Stage, dsn: str) -> None:
    """They are rows: the next look finds them."""
    await set_all(stage, "ring", "a")
    await kill_backends(dsn)
    stage.clock.advance(2 * HOUR)

    async def fired() -> bool:
        try:
            return await rung(stage) == ["a"]
        except Exception:
            return False

    await eventually(fired)
