"""Returns when the database has the schema that this image needs; until then, asks and waits.

A revision that the image does not know is a newer release's. Releases only add to the schema
(expand, migrate, contract), so the older image runs on it: mid-upgrade, and after going back.
"""

import asyncio
import os
import sys
from importlib.util import find_spec
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

EVERY_SECONDS = 2


def revisions(package: str) -> tuple[str, set[str]]:
    """The newest revision of the image's own history, and all that it knows."""
    found = find_spec(package)
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(Path(found.origin).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    return scripts.get_current_head(), {known.revision for known in scripts.walk_revisions()}


async def find_revision(url: str) -> str | None:
    """The database's revision, or None while there is no database or no schema."""
    try:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            return await connection.fetchval("SELECT version_num FROM alembic_version", timeout=5)
        finally:
            await connection.close(timeout=2)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        # The error's text may quote the address.
        print(f"no answer yet: {type(error).__name__}", flush=True)
        return None


async def main(url_file: str) -> None:
    newest, known = revisions(os.environ["SERVICE"].replace("-", "_"))
    while True:
        # Read again each time: operators rotate passwords.
        revision = await find_revision(Path(url_file).read_text().strip())
        if revision == newest or (revision is not None and revision not in known):
            break
        print(f"schema is at {revision}, waiting for {newest}", flush=True)
        await asyncio.sleep(EVERY_SECONDS)
    print(f"schema is at {revision}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
