"""`lead statutes`: what a state's statutes are in NIBRS and how severe, from a file."""

from datetime import datetime
from typing import Annotated, Any

import typer

from lead.options import AsJson, TokenFile, Url, connect, prefix_of, print_json, print_table
from lead.statute_files import body_of, find_table

PATH = f"{prefix_of('prosecution-hook')}/v1/statutes"

statutes = typer.Typer(
    no_args_is_help=True, help="States' statutes: NIBRS code and severity, by date in force."
)


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


def _said(made: dict[str, Any]) -> str:
    table = f"{made['state']} version {made['version']}"
    if made["changed"]:
        return f"{table}: {made['statutes']} statutes from {made['source']}"
    later = f"; version {made['newest']} is in use" if made["newest"] != made["version"] else ""
    return f"{table} was imported before: nothing changed{later}"
