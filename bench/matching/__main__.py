"""`python -m bench.matching`: PostgreSQL only, no Kafka."""

import sys
import tempfile
from pathlib import Path

import uvloop

from bench.matching import measure
from bench.report import Result, print_table
from lead.postgres import EmbeddedPostgres
from shared.migrations import migrate


def measured() -> list[Result]:
    """On a PostgreSQL of its own."""
    with tempfile.TemporaryDirectory() as home, EmbeddedPostgres(Path(home)) as postgres:
        postgres.ensure_database("matching")
        migrate("casework", postgres.dsn("matching"))
        return uvloop.run(measure(postgres.dsn("matching")))


def main() -> None:
    print("measuring matching ...", file=sys.stderr, flush=True)
    print_table(measured())


if __name__ == "__main__":
    main()
