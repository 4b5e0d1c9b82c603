"""A service that is on stage, at a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from lead.gateway import mounted


@asynccontextmanager
async def on_a_port(app: FastAPI, service: str = "referral") -> AsyncIterator[str]:
    """Serve an app that is already on stage, under the prefix that the gateway gives it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(mounted({service: app}), lifespan="off", log_config=None)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving
