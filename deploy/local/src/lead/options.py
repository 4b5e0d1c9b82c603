"""What many commands have in common: where the system is, who asks, how answers are printed."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from lead.client import Api, read_token
from lead.errors import Failure
from lead.home import NoSystemHere, default_home
from lead.services import PREFIXES

WIDE = 400
SITES = ("king-county", "santa-fe")

Url = Annotated[
    str | None,
    typer.Option(help="Address of the system. Default: the embedded one on this machine."),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="File with a bearer token. Default: a token of the embedded system on this machine.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


class NoToken(Failure):
    """There is no token, and no embedded system here that could give one."""


def connect(url: str | None, token_file: Path | None, role: str) -> Api:
    """A caller at the address with the file's token, or with a local one of this role. NoToken."""
    home = default_home()
    if token_file is not None:
        return Api(url or home.address(), read_token(token_file))
    try:
        token = home.issuer().token(role, SITES)
    except NoSystemHere as missing:
        raise NoToken(f"Give --token-file: {missing}") from None
    return Api(url or home.address(), token)


def prefix_of(service: str) -> str:
    return PREFIXES[service]


def parse_service(name: str) -> str:
    """Checks a service's name for typer."""
    if name not in PREFIXES:
        raise typer.BadParameter(f"There is {', '.join(PREFIXES)}.")
    return name


def parse_time(text: str) -> datetime:
    """Checks a time for typer: it must say its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("Give a time such as 2026-02-03T01:10:00-08:00.") from None
    if moment.tzinfo is None:
        raise typer.BadParameter("Give the time with its offset, as in 2026-02-03T01:10:00-08:00.")
    return moment


def print_json(value: Any) -> None:
    """JSON on standard output, and nothing else."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table that is as readable in a file as on a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console = Console()
    if not console.is_terminal:
        # Nobody's window is too small: a line per row, for grep and for files.
        console.width = WIDE
    console.print(table)
