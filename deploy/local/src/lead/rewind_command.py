"""The command `lead rewind`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from lead.gap import kafka_settings
from lead.options import parse_service, parse_time, print_table
from lead.rewind import rewind as rewind_group


def rewind(
    service: Annotated[str, typer.Option(parser=parse_service, help="Who is to read again.")],
    since: Annotated[
        datetime, typer.Option(parser=parse_time, help="From when: a minute before the restore's.")
    ],
    kafka: Annotated[str, typer.Option(help="Bootstrap servers.")],
    kafka_config: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="librdkafka's name=value lines: TLS, SASL."),
    ] = None,
) -> None:
    """Have a stopped service read all its topics again from a time when it starts.

    For a restored database, before its service starts. What was handled before is skipped.
    docs/operations/backup-and-restore.md says when.
    """
    moved = rewind_group(kafka_settings(kafka, kafka_config), service, since)
    print_table(("Topic", "Partitions moved"), sorted(moved.items()))
