"""The command `lead gap`."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lead.gap import find_gap, kafka_settings, summary
from lead.options import AsJson, parse_service, parse_time, print_json, print_table


def gap(
    service: Annotated[str, typer.Option(parser=parse_service, help="Whose database it was.")],
    since: Annotated[
        datetime, typer.Option(parser=parse_time, help="The moment the database was restored to.")
    ],
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL", help="The restored one.")],
    kafka: Annotated[str, typer.Option(help="Bootstrap servers.")],
    kafka_config: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="librdkafka's name=value lines: TLS, SASL."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which events a service sent that its restored database has forgotten.

    Others acted on them; this service does not know. Exit code 1 when there are any.
    docs/operations/backup-and-restore.md says what to do about each.
    """
    found = asyncio.run(find_gap(database_url, kafka_settings(kafka, kafka_config), service, since))
    if as_json:
        print_json([asdict(event) for event in found])
    else:
        print_table(("Event", "Forgotten"), sorted(summary(found).items()))
    raise typer.Exit(1 if found else 0)
