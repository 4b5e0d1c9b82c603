"""HTTP load without a client library in the way: raw connections, requests made beforehand."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

Body = Callable[[int], bytes]


@dataclass(frozen=True)
class Target:
    """Where and how to post."""

    port: int
    path: str
    token: str = ""

    def request(self, body: bytes) -> bytes:
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        )
        if self.token:
            head += f"Authorization: Bearer {self.token}\r\n"
        return head.encode() + b"\r\n" + body


class Connection(asyncio.Protocol):
    """One keep-alive connection with one request in flight."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = bytes(self._received).partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if len(body) >= length and self._answer is not None:
            self._received.clear()
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("closed by the server"))

    async def post(self, request: bytes) -> int:
        """Send and return the answer's status."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def connect(port: int) -> Connection:
    _, protocol = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
    return protocol


async def closed_loop(target: Target, bodies: Sequence[bytes], connections: int) -> float:
    """Post all bodies as fast as `connections` clients can. Returns requests per second."""
    requests = iter([target.request(body) for body in bodies])
    open_connections = [await connect(target.port) for _ in range(connections)]

    async def work(connection: Connection) -> None:
        for request in requests:
            status = await connection.post(request)
            assert status in (201, 202), status

    began = time.perf_counter()
    await asyncio.gather(*(work(connection) for connection in open_connections))
    elapsed = time.perf_counter() - began
    for connection in open_connections:
        connection.close()
    return len(bodies) / elapsed


async def open_loop(
    target: Target, bodies: Sequence[bytes], starts: Sequence[float]
) -> list[tuple[float, float]]:
    """Post each body at its time, ready or not. Returns (scheduled, answered) in epoch seconds.

    Latency counts from the scheduled time, so a slow server cannot hide by slowing the load.
    """
    idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    for _ in range(8):
        idle.put_nowait(await connect(target.port))
    began = time.time() + 0.1
    answered: list[tuple[float, float]] = [(0.0, 0.0)] * len(bodies)

    async def post(index: int, at: float) -> None:
        connection = idle.get_nowait() if idle.qsize() else await connect(target.port)
        status = await connection.post(target.request(bodies[index]))
        assert status == 202, status
        answered[index] = (at, time.time())
        idle.put_nowait(connection)

    async with asyncio.TaskGroup() as tasks:
        for index, start in enumerate(starts):
            at = began + start
            await asyncio.sleep(max(0.0, at - time.time()))
            tasks.create_task(post(index, at))
    while idle.qsize():
        idle.get_nowait().close()
    return answered
