"""Clients that send slowly, at real sockets."""

import asyncio
import json
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class SlowClient:
    """One connection. It announces a body, and waits for the server's leave before sending any.

    The server gives it (100) when, and only when, the application begins to read the body.
    """

    def __init__(self, address: str) -> None:
        where = urlsplit(address)
        self._host, self._port = where.hostname, where.port
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def announce(self, path: str, headers: dict[str, str], length: int = 1_000) -> None:
        """The head of a POST whose body is to follow."""
        fields = {"Host": "x", "Content-Type": "application/json", "Expect": "100-continue"}
        lines = [
            f"{n}: {v}" for n, v in (fields | {"Content-Length": str(length)} | headers).items()
        ]
        await self.send("\r\n".join([f"POST {path} HTTP/1.1", *lines, "", ""]).encode())

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def is_read(self) -> bool:
        """Whether the application reads the body now; else the answer is next, or nothing."""
        return await self._reader.readuntil(b"\r\n\r\n") == CONTINUE

    async def answer(self) -> tuple[int, dict[str, str], Any]:
        """Status, headers by small names, and body of the answer."""
        return await self.rest_of(await self._reader.readuntil(b"\r\n\r\n"))

    async def rest_of(self, head: bytes) -> tuple[int, dict[str, str], Any]:
        status, *lines = head.decode("latin-1").strip().split("\r\n")
        headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
        body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        is_json = headers.get("content-type", "").endswith("json")
        return int(status.split()[1]), headers, json.loads(body) if is_json else body

    async def is_closed(self) -> bool:
        """Wait until the server closes the connection; what it still sent is read."""
        with suppress(ConnectionError):
            while await self._reader.read(65_536):
                pass
        return True
