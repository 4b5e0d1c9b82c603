"""`lead statutes`: what a state's statutes are in NIBRS and how severe, from a file."""

import re
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from lead.errors import Failure
from lead.options import AsJson, TokenFile, Url, connect, prefix_of, print_json, print_table

SHIPPED = Path(__file__).parent / "statute_tables"
PATH = f"{prefix_of('prosecution-hook')}/v1/statutes"

statutes = typer.Typer(
    no_args_is_help=True, help="States' statutes: NIBRS code and severity, by date in force."
)


class NoTable(Failure):
    """There is no such file, and none of this name is shipped."""


class NoChecksum(Failure):
    """Nobody said what the file's checksum ought to be."""


class OtherFile(Failure):
    """The file is not the one whose checksum was given."""


@statutes.command("import")
def import_file(
    file: Annotated[str, typer.Argument(help="A CSV file, or a shipped one's name: washington.")],
    checksum: Annotated[
        str | None,
        typer.Option(help="The file's SHA-256. Default: what FILE.sha256 beside it says."),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Where the table comes from. Default: the file's name.")
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
) -> None:
    """Import one state's statutes as the next version of its table.

    All lines or none: a wrong checksum, or a line that cannot be read, imports nothing. The same
    file a second time changes nothing. For ops and program-manager.
    """
    path = find_table(file)
    body = body_of(path, checksum, source or path.name)
    with connect(url, token_file, "program-manager") as api:
        made = api.post(f"{PATH}/imports", body)
    typer.echo(_said(made))


@statutes.command("list")
def list_statutes(
    state: Annotated[str, typer.Argument(help="WA, NM ...")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day. Default: today.")
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """List what is in force in a state on a day."""
    day = on.date().isoformat() if on else None
    with connect(url, token_file, "program-manager") as api:
        found = list(api.pages(PATH, state=state, on=day))
    if as_json:
        print_json({"items": found, "next": None})
        return
    columns = ("statute", "title", "nibrs", "severity", "effective_from", "effective_to", "source")
    print_table(columns, ([item[column] for column in columns] for item in found))


def find_table(file: str) -> Path:
    """A file, or a shipped one by its name. Raises NoTable."""
    shipped = SHIPPED / f"{file}.csv"
    found = shipped if re.fullmatch("[a-z-]+", file) and shipped.exists() else Path(file)
    if not found.is_file():
        names = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.csv")))
        raise NoTable(f"There is no file {file}; shipped are {names}.")
    return found


def body_of(path: Path, checksum: str | None, source: str) -> dict[str, Any]:
    """What is posted. Raises NoChecksum or OtherFile."""
    content = path.read_bytes()
    expected = checksum or _noted(path)
    if sha256(content).hexdigest() != expected:
        raise OtherFile(f"{path.name} does not have this SHA-256: nothing was imported.")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise OtherFile(f"{path.name} is not UTF-8 text: nothing was imported.") from None
    return {"source": source, "checksum": expected, "content": text}


def _noted(path: Path) -> str:
    """What the file beside it says, as sha256sum writes it."""
    beside = path.with_name(f"{path.name}.sha256")
    if not beside.is_file():
        raise NoChecksum(f"Give --checksum, or put {beside.name} beside the file.")
    return next(iter(beside.read_text().split()), "")


def _said(made: dict[str, Any]) -> str:
    table = f"{made['state']} version {made['version']}"
    if made["changed"]:
        return f"{table}: {made['statutes']} statutes from {made['source']}"
    later = f"; version {made['newest']} is in use" if made["newest"] != made["version"] else ""
    return f"{table} was imported before: nothing changed{later}"
