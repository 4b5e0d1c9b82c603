"""Returns when the database has the schema that this image needs; until then, asks and waits.

A revision that the image does not know is a newer release's. Releases only add to the schema
(expand, migrate, contract), so the older image runs on it: mid-upgrade, and after going back.
"""

import asyncio
import importlib
import os
import sys
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

EVERY_SECONDS = 2


def revisions(package: str) -> tuple[str | None, set[str]]:
    """The newest revision of the image's own history, and all that it knows."""
    folder = Path(str(importlib.import_module(package).__file__)).parent
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(folder / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    return scripts.get_current_head(), {known.revision for known in scripts.walk_revisions()}


def say(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


async def find_revision(url: str) -> str | None:
    """The database's revision, or None while there is no database or no schema."""
    try:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            return str(await connection.fetchval("SELECT version_num FROM alembic_version"))
        finally:
            await connection.close(timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        # The error's text may quote the address.
        say(f"no answer yet: {type(error).__name__}")
        return None


def read(url_file: str) -> str:
    return Path(url_file).read_text().strip()


async def main(url_file: str) -> None:
    newest, known = revisions(os.environ["SERVICE"].replace("-", "_"))
    while True:
        # Read again each time: operators rotate passwords.
        revision = await find_revision(read(url_file))
        if revision == newest or (revision is not None and revision not in known):
            break
        say(f"schema is at {revision}, waiting for {newest}")
        await asyncio.sleep(EVERY_SECONDS)
    say(f"schema is at {revision}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
