"""The options of `lead feed` for rosters, and the list of shipped mappings."""

from datetime import datetime
from typing import Annotated

import typer

from lead.mapping import Mapping, shipped
from lead.roster_choices import Options
from lead.roster_command import Place, take_roster

__all__ = [
    "AcceptShrink", "AsOf", "Baseline", "DryRun", "ListMappings", "Nights", "Options", "Place",
    "Snapshot", "state_name", "take_roster",
]  # fmt: skip


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter('Give a time such as "2026-03-04 02:00".') from None


def _list(wanted: bool) -> None:
    if wanted:
        for name, description in shipped().items():
            typer.echo(f"{name:28} {description}")
        raise typer.Exit


Snapshot = Annotated[
    bool,
    typer.Option(
        "--snapshot",
        help="FILE is a whole roster: new rows are bookings, changed rows new versions, rows that "
        "are missing for some nights releases. State: beside FILE, SITE.SOURCE.roster-state",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="With --snapshot: say what it would do, and do nothing.")
]
Baseline = Annotated[
    bool,
    typer.Option(
        "--baseline", help="With --snapshot, the first time: take note of everybody, send nothing."
    ),
]
Nights = Annotated[
    int | None,
    typer.Option(
        min=1, max=60, help="With --snapshot: missing so often in a row is a release. Default: 2"
    ),
]
AcceptShrink = Annotated[
    bool,
    typer.Option(
        "--accept-shrink", help="With --snapshot: believe a roster that lacks most people."
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        parser=_moment, metavar="TIME",
        help="With --snapshot: when the roster was made. Default: the file's time of change",
    ),
]  # fmt: skip
ListMappings = Annotated[
    bool,
    typer.Option(
        "--list-mappings", is_eager=True, callback=_list, help="List the shipped mappings, and end."
    ),
]


def state_name(mapping: Mapping) -> str:
    """The state's name without its ending: a file of its own for each source of each site."""
    said = mapping.constants
    return f"{said.get('site', 'site')}.{said.get('source_system', 'source')}"
