"""`lead directory`: the services that participants can be referred on to, from an HSDS package."""

import io
import zipfile
from pathlib import Path
from typing import Annotated, Any

import typer

from lead.errors import Failure
from lead.options import AsJson, TokenFile, Url, connect, prefix_of, print_json

IMPORTS = f"{prefix_of('casework')}/v1/directory/imports"
ZIP = b"PK\x03\x04"

directory = typer.Typer(
    no_args_is_help=True, help="A site's services, as Open Referral's HSDS 3 has them."
)


class NoPackage(Failure):
    """There is nothing to import at this path."""


@directory.command("import")
def import_package(
    package: Annotated[
        Path,
        typer.Argument(help="A JSON file of services, a zip of the CSV tables, or their folder."),
    ],
    site: Annotated[str, typer.Option(help="The site whose directory it becomes.")],
    url: Url = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Replace a site's directory by an HSDS 3 package, whole or not at all.

    Every fault is named with its place, and then nothing is changed. For program-manager and
    supervisor.
    """
    body = read(package)
    kind = "application/zip" if body.startswith(ZIP) else "application/json"
    with connect(url, token_file, "program-manager") as api:
        made: dict[str, Any] = api.send(IMPORTS, body, kind, site=site)
    if as_json:
        print_json(made)
        return
    typer.echo(f"{made['services']} services are the directory of {made['site']} now.")
    for warning in made.get("warnings", ()):
        typer.echo(f"{warning['pointer']}: {warning['hint']} ({warning['code']})", err=True)
    if (warned := made.get("warned", 0)) > len(made.get("warnings", ())):
        typer.echo(f"{warned} warnings in all.", err=True)


def read(package: Path) -> bytes:
    """The bytes to send. Raises NoPackage."""
    if package.is_dir():
        return _packed(package)
    if package.suffix.lower() == ".csv":
        raise NoPackage(f"{package} is one table of a package: give the folder that it is in.")
    try:
        return package.read_bytes()
    except OSError as error:
        raise NoPackage(f"{package} cannot be read ({error.strerror}).") from None


def _packed(folder: Path) -> bytes:
    """The folder's tables as the zip that the API takes."""
    tables = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    if not tables:
        raise NoPackage(f"There is no CSV table in {folder}.")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in tables:
            archive.write(path, path.name)
    return packed.getvalue()
