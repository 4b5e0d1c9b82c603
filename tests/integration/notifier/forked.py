"""The notifier as a process of its own, started as often as a test likes: imported once, by the
server that forks it, since importing it anew would cost more than the rest of the test."""

import multiprocessing
import os
import signal
from multiprocessing.context import ForkServerProcess
from typing import Any

import httpx
import uvicorn
from tests.ports import KeptPort

from shared.testing import eventually

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "notifier.main", "pytest"])


class Forked:
    """`environment` is all that the service knows, as in production."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment, self._kept = environment, KeptPort()
        self._port = self._kept.number
        self._process: ForkServerProcess | None = None
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._port}", timeout=60)

    def start(self) -> None:
        self._process = _FORKS.Process(target=_serve, args=(self._environment, self._port))
        self._process.start()

    async def ready(self) -> None:
        """Wait until it says so itself."""
        await eventually(self._says_so)

    async def _says_so(self) -> bool:
        assert self._process is not None
        assert self._process.is_alive()
        try:
            return (await self.client.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """As a power cut would: it gets no moment to say anything."""
        assert self._process is not None
        self._process.kill()
        self._process.join(10)
        assert self._process.exitcode == -signal.SIGKILL

    async def close(self) -> None:
        await self.client.aclose()
        if self._process is not None and self._process.is_alive():
            self.kill()
        self._kept.close()


def _serve(environment: dict[str, str], port: int) -> Any:
    os.environ.update(environment)
    uvicorn.run("notifier.main:create_app", factory=True, port=port, log_level="warning")
