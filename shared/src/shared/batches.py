"""Messages that arrived together: one call of a handler, each in surroundings of its own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from shared.context import Surroundings
from shared.events.base import Event

E = TypeVar("E", bound=Event, covariant=True)


class Batch(Generic[E]):
    """Events of one type in the order of their partitions, at least one."""

    def __init__(self, items: Sequence[tuple[E, Surroundings]]) -> None:
        self._items = tuple(items)
        self._around = {event.id: around for event, around in self._items}

    def __iter__(self) -> Iterator[E]:
        return (event for event, _ in self._items)

    def __len__(self) -> int:
        return len(self._items)

    def about(self, event: Event) -> AbstractContextManager[None]:
        """What is published inside continues this event's trace and names it as the cause."""
        return self._around[event.id].again()

    def rounds(self) -> Iterator["Batch[E]"]:
        """One after the other, no key twice in one: a later event finds what an earlier did."""
        seen: Counter[str] = Counter()
        rounds: list[list[tuple[E, Surroundings]]] = []
        for event, around in self._items:
            if seen[event.key] == len(rounds):
                rounds.append([])
            rounds[seen[event.key]].append((event, around))
            seen[event.key] += 1
        return (Batch(items) for items in rounds)


def batch_of(*events: Event) -> Batch[Any]:
    """Events outside of any message, in the surroundings of the caller."""
    return Batch([(event, Surroundings.here()) for event in events])
