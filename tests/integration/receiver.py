"""An HTTP server in the test's own loop that answers, hangs and breaks as the test says."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def answer(status: int, body: Any = None, **headers: str) -> bytes:
    """A whole response, as the bytes that a server sends."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
    head = f"HTTP/1.1 {status} Answer\r\n{''.join(lines)}Content-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


class Receiver:
    """Takes requests. Its `answer` is bytes, or None to hang up; with `hangs` it says nothing."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], str]] = []
        self.answer: bytes | None = OK
        self.hangs = False
        self.connections = 0
        self.port = 0
        self._release = asyncio.Event()

    async def start(self, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")[1:-2]
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        body = (await reader.readexactly(int(headers["content-length"]))).decode()
        self.requests.append((headers, body))
        if self.hangs:
            await self._release.wait()
        elif self.answer is not None:
            writer.write(self.answer)
            await writer.drain()
        writer.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        server = await self.start()
        try:
            yield
        finally:
            self.let_go()
            server.close()
            await server.wait_closed()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def let_go(self) -> None:
        self._release.set()

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/in"
