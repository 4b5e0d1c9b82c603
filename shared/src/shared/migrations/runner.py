"""Alembic, run from code: one history per service, one migration at a time per database."""

import asyncio
import importlib
import sys
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.database import sqlalchemy_url

# Any fixed number: two migration jobs of one database must wait for each other.
MIGRATION_LOCK = 4_200_231


def migrate(package: str, database_url: str, revision: str = "head") -> None:
    """Bring the database of one service (its package's name) to `revision`."""
    module = importlib.import_module(package)
    config = Config()
    config.set_main_option("script_location", str(Path(str(module.__file__)).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)


def run_env() -> None:
    """The whole body of a service's `migrations/env.py`."""
    asyncio.run(_run_online(context.config.attributes["database_url"]))


async def _run_online(database_url: str) -> None:
    engine = create_async_engine(sqlalchemy_url(database_url))
    async with engine.connect() as connection:
        await connection.run_sync(_upgrade)
        await connection.commit()
    await engine.dispose()


def _upgrade(connection: Connection) -> None:
    # A migration that waits for a lock blocks everybody behind it: give up soon, try again.
    connection.execute(text("SET lock_timeout = '3s'"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    context.configure(connection=connection)
    context.run_migrations()


if __name__ == "__main__":
    import os

    migrate(sys.argv[1], os.environ["DATABASE_URL"])
