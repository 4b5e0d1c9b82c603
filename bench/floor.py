"""The floor under ingest: bare FastAPI and asyncpg, one validated body, one row."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
from fastapi import FastAPI, Request
from pydantic import BaseModel


class Person(BaseModel):
    """The same fields that a contact report's person has in the benchmark's payload."""

    given: str
    surname: str
    dob: str
    sex: str
    identifiers: list[dict[str, str]]


class Contact(BaseModel):
    """The benchmark's payload."""

    site: str
    source_system: str
    source_record_id: str
    record_version: int
    contact_type: str
    occurred_at: str
    person: Person
    booking: dict[str, str]
    charges: list[dict[str, Any]]


def create_app() -> FastAPI:
    """One endpoint, one INSERT per request through a pool."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], max_size=10)
        await app.state.pool.execute(
            "CREATE TABLE IF NOT EXISTS floor (id uuid PRIMARY KEY, body text)"
        )
        yield
        await app.state.pool.close()

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/contacts", status_code=202)
    async def insert(contact: Contact, request: Request) -> dict[str, str]:
        row_id = uuid4()
        await request.app.state.pool.execute(
            "INSERT INTO floor VALUES ($1, $2)", row_id, contact.model_dump_json()
        )
        return {"receipt": str(row_id)}

    return app
