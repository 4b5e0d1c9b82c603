"""The database and THE commit: every write of every service becomes durable in this file."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from shared import faults, outbox
from shared.clock import Clock, SystemClock
from shared.events.base import Event
from shared.events.wire import Encoded
from shared.sealing import KeyRing

# A request or handler that holds a connection longer than this is stuck, not busy.
_LIMITS = {
    "statement_timeout": "15s",
    "idle_in_transaction_session_timeout": "60s",
    # A client whose machine vanished must not hold its locks, least of all the relay's.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class NotCommitted(Exception):
    """The transaction was rolled back, because a statement in it had failed unnoticed."""


def sqlalchemy_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


class Transaction(AsyncSession):
    """One unit of work: SQLModel session and raw asyncpg connection in one transaction.

    `raw` is for the hot paths; `now` is this transaction's time; `concerns` are the participants
    and records that the audit trail is to name beside those in the path. Only `Database` ends it.
    """

    raw: asyncpg.Connection
    ring: KeyRing
    now: datetime
    staged: list[Encoded]
    facts: list[Event]
    signals: set[str]
    concerns: set[str]

    def signal(self, name: str) -> None:
        """Wake the task waiting for this name, once the transaction is committed."""
        self.signals.add(name)


class Database:
    """Connections to one service's database."""

    def __init__(
        self, url: str, ring: KeyRing, *, clock: Clock | None = None, pool_size: int = 10
    ) -> None:
        """At most `pool_size` connections, opened as they are needed."""
        self.url, self.ring, self.clock = url, ring, clock or SystemClock()
        # AUTOCOMMIT: SQLAlchemy must not open or end transactions; asyncpg does, in `transaction`.
        self._engine = create_async_engine(
            sqlalchemy_url(url),
            isolation_level="AUTOCOMMIT",
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            connect_args={"server_settings": _LIMITS, "command_timeout": 15, "timeout": 5},
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_closed)
        self._wakers: dict[str, asyncio.Event] = {}
        # Told what became true, after the commit; telemetry listens.
        self.on_facts: Callable[[list[Event]], None] | None = None

    def apart(self, pool_size: int) -> "Database":
        """The same database over a pool of its own, in which nobody else can use up connections.

        Wakers are shared: what commits through one of the two wakes who waits at the other.
        """
        other = Database(self.url, self.ring, clock=self.clock, pool_size=pool_size)
        other._wakers, other.on_facts = self._wakers, self.on_facts
        return other

    def waker(self, name: str) -> asyncio.Event:
        """The event that committed transactions set through `Transaction.signal`."""
        return self._wakers.setdefault(name, asyncio.Event())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit at the end of the block, roll back when it raises.

        A failing COMMIT raises here.
        """
        async with self._engine.connect() as connection:
            tx = await self._begin(connection)
            try:
                async with tx, _all_or_nothing(tx.raw):
                    yield tx
                    await _complete(tx)
                    faults.step("database.before_commit", tx.staged)
            finally:
                if not tx.raw.is_closed() and tx.raw.is_in_transaction():
                    # Not even the rollback came through: the next one must not get this one.
                    await connection.invalidate()
        faults.step("database.committed", tx.staged)
        if tx.staged:
            self.waker("outbox").set()
        if tx.facts and self.on_facts is not None:
            self.on_facts(tx.facts)
        for name in tx.signals:
            self.waker(name).set()

    async def _begin(self, connection: AsyncConnection) -> Transaction:
        tx = Transaction(bind=connection, expire_on_commit=False)
        fairy = await connection.get_raw_connection()
        tx.raw = cast("asyncpg.Connection", fairy.driver_connection)
        tx.ring, tx.now = self.ring, self.clock.now()
        tx.staged, tx.facts = [], []
        tx.signals, tx.concerns = set(), set()
        return tx

    async def connect(self) -> asyncpg.Connection:
        """A connection of one's own, for a loop that keeps it: relay, intake writer."""
        return await asyncpg.connect(
            self.url, server_settings=_LIMITS, command_timeout=15, timeout=5
        )

    async def ping(self) -> bool:
        """True, or raises when the database cannot be reached."""
        async with self._engine.connect() as connection:
            return bool(await connection.scalar(text("SELECT true")))

    async def close(self) -> None:
        await self._engine.dispose()


@asynccontextmanager
async def _all_or_nothing(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """BEGIN and COMMIT by hand, to see the answer to COMMIT, which asyncpg's own does not show."""
    await connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        if not connection.is_closed():
            await connection.execute("ROLLBACK")
        raise
    # After an error that somebody swallowed PostgreSQL answers COMMIT with a silent rollback.
    if await connection.execute("COMMIT") != "COMMIT":
        raise NotCommitted


async def _complete(tx: Transaction) -> None:
    await tx.flush()
    # Last, so that the order of `seq` is the order of commits for a locked aggregate.
    await outbox.write(tx.raw, tx.staged)


def _refuse_closed(connection: Any, *_: Any) -> None:
    """A pooled connection that the server closed meanwhile is replaced, not handed out."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def publish(tx: Transaction, *events: Event) -> None:
    """Stage events: they leave if, and only if, this transaction commits."""
    tx.staged.extend(outbox.encode(event, tx.ring) for event in events)
    tx.facts.extend(events)


async def run_alone(connection: Any, statement: str, *arguments: Any) -> list[asyncpg.Record]:
    """Run one statement as its own transaction: it is committed when this returns."""
    return cast("list[asyncpg.Record]", await connection.fetch(statement, *arguments))
