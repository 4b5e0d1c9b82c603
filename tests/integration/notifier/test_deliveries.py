"""Handing messages over: outages, refusals, lost answers, dead processes."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from tests.integration.notifier.conftest import OpenTown
from tests.integration.notifier.town import CANARY, Town

from notifier.channels import Outcome, Result
from notifier.outcomes import Done, in_order
from notifier.queue import Job
from notifier.repository import lock_alerts
from shared.events import AlertDelivered, AlertEscalated
from shared.ids import new_participant_key
from shared.telemetry import remote_span
from shared.testing import eventually


async def _tried(town: Town, outcome: str) -> None:
    """Wait until a try has ended so, and move the clock past the wait for the next."""

    async def recorded() -> bool:
        query = "SELECT 1 FROM delivery WHERE outcome = $1 AND lease IS NULL"
        return bool(await town.stage.rows(query, outcome))

    await eventually(recorded)
    town.stage.clock.advance(timedelta(minutes=5))


async def test_an_outage_of_the_mail_server_is_waited_out(town: Town) -> None:
    """Down when the alert is raised, up later: one mail, and the delay is in the record."""
    await town.assign()
    await town.mail.stop()
    await town.report(town.contact())
    await _tried(town, "smtp_unreachable")
    await town.mail.start()
    await town.mailed(1)
    why = await town.why()
    assert (
        "The message to Alice waits for another try: the mail server could not be reached." in why
    )
    assert why[-1] == "The message to Alice was handed over by e-mail."
    assert len(await town.stage.published(AlertDelivered)) == 1


async def test_a_temporary_refusal_is_tried_again(town: Town) -> None:
    """451 now, 250 later: one mail, and nobody else was asked."""
    await town.assign()
    town.mail.refusals["alice@king-county.example"] = "451 try later"
    await town.report(town.contact())
    await _tried(town, "smtp_451")
    town.mail.refusals.clear()
    await town.mailed(1)
    assert town.mail.mails[0].to == "alice@king-county.example"


async def test_a_permanent_refusal_moves_to_the_next_person_at_once(town: Town) -> None:
    """550 for alice: ben is asked without waiting for any clock."""
    await town.assign()
    town.mail.refusals["alice@king-county.example"] = "550 no such user"
    await town.report(town.contact())
    await town.mailed(1)
    assert town.mail.mails[0].to == "ben@king-county.example"
    (event,) = await town.stage.published(AlertEscalated)
    assert (event.from_recipient, event.to_recipient) == ("alice", "ben")
    assert event.reason == "not_delivered"
    assert (
        "The message to Alice was not delivered: the mail server answered 550." in await town.why()
    )


async def test_a_lost_confirmation_causes_one_repeat_at_most(town: Town) -> None:
    """The server took it and its answer was lost: sent again with the same Message-ID."""
    await town.assign()
    town.mail.drops = 1
    await town.report(town.contact())
    await _tried(town, "smtp_lost_after_data")
    await town.mailed(2)
    first, second = town.mail.mails
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.subject == second.subject
    assert (await town.the_alert())["recipient"] == "alice"


async def test_two_lost_confirmations_are_not_repeated_again(town: Town) -> None:
    """A third mail could be a third copy: the next person is asked instead."""
    await town.assign()
    town.mail.drops = 2
    await town.report(town.contact())
    await _tried(town, "smtp_lost_after_data")
    await town.mailed(3)
    assert len(town.mail.to("alice")) == 2
    assert len(town.mail.to("ben")) == 1


async def test_a_connection_is_kept_between_mails(open_town: OpenTown) -> None:
    """At most one connection per worker, however many mails; and one that broke is replaced."""
    async with open_town(delivery_workers=2) as town:
        await _many_mails(town)


async def _many_mails(town: Town) -> None:
    await town.assign()
    for day in range(5):
        await town.report(town.contact(occurred_at=town.now + timedelta(days=4 * day)))
    await town.mailed(5)
    assert town.mail.connections <= 2
    await town.mail.stop()
    await town.mail.start()
    await town.report(town.contact(occurred_at=town.now + timedelta(days=40)))
    await town.mailed(6)
    delayed = await town.stage.rows("SELECT 1 FROM alert_step WHERE kind = 'delayed'")
    assert delayed == []


async def test_two_who_record_outcomes_lock_alerts_in_one_order(town: Town) -> None:
    """The first alert is locked by somebody: whoever waits for it does not hold the second yet."""
    await town.mail.stop()
    for _ in range(2):
        town.participant = new_participant_key()
        await town.assign()
        await town.report(town.contact())

    async def both_are_put_off() -> bool:
        # So far that no worker takes either of them up again.
        query = (
            "UPDATE delivery SET next_attempt_at = now() + interval '1 day'"
            " WHERE outcome = 'smtp_unreachable' AND lease IS NULL RETURNING id"
        )
        return len(await town.stage.rows(query)) == 2

    await eventually(both_are_put_off)
    rows = await town.stage.rows("SELECT id, site, participant, thread_id FROM alert")
    first, second = sorted(rows, key=lambda row: (row["site"], row["participant"]))
    database = town.stage.database

    async def record() -> None:
        async with database.transaction() as tx:
            await in_order([_refused(second), _refused(first)], tx)

    async with database.transaction() as tx:
        await lock_alerts(tx, [first["id"]])
        (holder,) = await tx.raw.fetch("SELECT pg_backend_pid() AS pid")
        recording = asyncio.create_task(record())

        async def waits() -> bool:
            query = "SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))"
            return bool(await town.stage.rows(query, holder["pid"]))

        await eventually(waits)
        await tx.raw.fetch("SELECT FROM alert WHERE id = $1 FOR UPDATE NOWAIT", second["id"])
    await recording


def _refused(alert: dict[str, Any]) -> Done:
    """A delivery about it that failed; nothing else of the job is looked at here."""
    place = {"site": alert["site"], "participant": alert["participant"]}
    job = SimpleNamespace(**place, thread_id=alert["thread_id"], alert_id=alert["id"])
    return Done(cast("Job", job), Result(Outcome.REFUSED, "smtp_550"), 0.0)


async def test_an_answer_takes_back_what_was_not_sent(town: Town) -> None:
    """Acknowledged while the mail server was down: nothing is mailed when it is up again."""
    await town.assign()
    await town.mail.stop()
    await town.report(town.contact())
    await _tried(town, "smtp_unreachable")
    await town.acknowledge((await town.the_alert())["id"], town.alice)
    await town.mail.start()
    town.stage.clock.advance(timedelta(minutes=10))
    await town.mailed(0)
    (row,) = await town.stage.rows("SELECT state FROM delivery")
    assert row["state"] == "cancelled"


async def test_the_trace_leads_from_the_report_to_the_mail(town: Town) -> None:
    """The delivery's span belongs to the trace of the POST, and names nobody."""
    spans, tracers = InMemorySpanExporter(), town.stage.runtime.telemetry.tracer_provider
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    await town.assign()
    parent = f"00-{'ab' * 16}-{'cd' * 8}-01"
    with remote_span(tracers.get_tracer("test"), "POST", parent, SpanKind.SERVER):
        await town.report(town.contact())
    await town.mailed(1)

    async def delivered() -> list[ReadableSpan]:
        return [span for span in spans.get_finished_spans() if span.name == "deliver email"]

    (span,) = await eventually(delivered)
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == "ab" * 16
    everything = str([(s.name, dict(s.attributes or {})) for s in spans.get_finished_spans()])
    for word in (*CANARY.split(), "alice", "@"):
        assert word not in everything
