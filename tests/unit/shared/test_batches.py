"""Batches: rounds keep the order of a key, and each event keeps surroundings of its own."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.batches import Batch, batch_of
from shared.context import Surroundings, current, working_on
from shared.events import FeedSilent

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def silent(source: str) -> FeedSilent:
    return FeedSilent(site="king-county", subject=source, occurred_at=NOON, source_system=source)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12))
def test_rounds_keep_every_event_and_each_keys_order(sources: list[str]) -> None:
    """No key twice in a round, nothing lost, and a key's events stay in order."""
    events = [silent(source) for source in sources]
    rounds = [list(one) for one in batch_of(*events).rounds()]
    assert all(len({event.key for event in one}) == len(one) for one in rounds)
    flat = [event for one in rounds for event in one]
    assert sorted(event.id for event in flat) == sorted(event.id for event in events)
    for source in set(sources):
        assert [e for e in flat if e.subject == source] == [
            e for e in events if e.subject == source
        ]
    assert len(rounds) == max(sources.count(source) for source in sources)


def test_each_event_keeps_its_own_surroundings() -> None:
    """What is published about an event names it as the cause, also after the others were read."""
    items = []
    for source in ("a", "b"):
        event = silent(source)
        with working_on(f"correlation-{source}", str(event.id)):
            items.append((event, Surroundings.here()))
    batch = Batch(items)
    for event in reversed(list(batch)):
        with batch.about(event):
            assert current().correlation_id == f"correlation-{event.subject}"
            assert current().causation_id == str(event.id)
    assert current().causation_id is None
