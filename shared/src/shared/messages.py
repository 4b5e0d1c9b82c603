"""What a service listens for: its subscriptions, and one received message."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aiokafka.structs import ConsumerRecord

from shared.batches import Batch
from shared.database import Transaction
from shared.events.base import Event, sealed_classes
from shared.events.wire import Undecodable, decode
from shared.sealing import KeyRing

# No event names it: a message without a type is a fault, a message of another type is not for us.
NO_TYPE = ""

OneByOne = Callable[[Any, Transaction], Awaitable[None]]
InBatches = Callable[[Batch[Any], Transaction], Awaitable[None]]
LockFirst = Callable[[Sequence[Event], Transaction], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """How a service handles one type of event: each event by itself, or a `Batch` of them.

    `name` is stored with every handled event, in the inbox and in dead letters. It stays when the
    function is renamed; under another name, events that arrive again would be handled again.
    """

    name: str
    handle: OneByOne | None = None
    handle_batch: InBatches | None = None
    # Called once per transaction with all events that name it, before the first handler: what
    # several messages lock, they lock in one order.
    lock_first: LockFirst | None = None

    def __post_init__(self) -> None:
        if (self.handle is None) == (self.handle_batch is None):
            raise TypeError(f"{self.name}: give either handle or handle_batch")


# Which event a service handles, and how: one dictionary per service, in its consumers.py.
Subscriptions = Mapping[type[Event], Subscription]


class UnreadableSubscription(Exception):
    """A service subscribed to an event whose sealed fields it holds no key for."""


def check_subscriptions(subscriptions: Subscriptions, ring: KeyRing) -> None:
    """Refuse to start with a subscription that the firewall does not allow."""
    for event_type in subscriptions:
        missing = [c for c in sealed_classes(event_type) if not ring.holds(c)]
        if missing:
            raise UnreadableSubscription(f"{event_type.type} needs keys for {missing}")


@dataclass(slots=True)
class Message:
    """One Kafka record or dead letter: headers as text, payload still sealed."""

    topic: str
    key: str | None
    headers: dict[str, str]
    payload: bytes
    where: str
    # -1: a dead letter, which has no place in the log any more.
    partition: int = -1
    offset: int = -1
    event: Event | None = field(default=None)

    @classmethod
    def from_record(cls, record: "ConsumerRecord[bytes, bytes]") -> "Message":
        headers = {name: _text(value) for name, value in record.headers}
        key = _text(record.key) if record.key is not None else None
        where = f"{record.topic}/{record.partition}/{record.offset}"
        payload = record.value or b""
        return cls(record.topic, key, headers, payload, where, record.partition, record.offset)

    @property
    def event_type(self) -> str:
        return self.headers.get("ce_type", NO_TYPE)

    @property
    def event_id(self) -> str:
        """The event's id; a record without one is known by its place in the log."""
        return self.headers.get("ce_id", self.where)

    @property
    def traceparent(self) -> str | None:
        return self.headers.get("ce_traceparent")

    def read(self, event_class: type[Event], ring: KeyRing) -> Event:
        """Decode once. Raises Undecodable or CannotOpen."""
        if self.event is None:
            try:
                UUID(self.event_id)
            except ValueError:
                raise Undecodable("ce_id is not a UUID") from None
            self.event = decode(event_class, self.headers, self.payload, ring)
        return self.event


def _text(value: bytes | None) -> str:
    """Foreign bytes as text that PostgreSQL takes, which no NUL is."""
    return (value or b"").decode("utf-8", "replace").replace("\x00", "\ufffd")
