"""`lead audit`: is the audit trail of every service still there as it was written?"""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from lead.errors import Failure
from lead.options import AsJson, TokenFile, Url, connect, print_json, print_table
from lead.services import PREFIXES

audit = typer.Typer(
    no_args_is_help=True, help="The audit trail: who saw and did what, in a chain per service."
)
Heads = Annotated[
    Path | None,
    typer.Option(
        help="File with the chains' ends as last noted; brought up to date when all is well. Keep"
        " it away from the databases: without it, a cut-off end looks like a shorter trail."
    ),
]


class TrailBroken(Failure):
    """A record is not there as it was written."""


@audit.command("verify")
def verify(
    heads: Heads = None, url: Url = None, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """Walk every service's chain and say what was changed or removed. Exit code 1 if anything."""
    noted: dict[str, str] = json.loads(heads.read_text()) if heads and heads.exists() else {}
    found: list[dict[str, Any]] = []
    with connect(url, token_file, "privacy-officer") as api:
        for name, prefix in PREFIXES.items():
            found.append(api.get(f"{prefix}/v1/audit/verification", noted=noted.get(name)))
    _show(found, as_json=as_json)
    if broken := [trail["service"] for trail in found if trail["findings"]]:
        raise TrailBroken(f"The audit trail is not as it was written: {', '.join(broken)}.")
    if heads:
        ends = {trail["service"]: trail["head"] for trail in found if trail["head"]}
        heads.write_text(json.dumps(ends, indent=2) + "\n")


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    columns = ("service", "days", "records", "last_day", "head")
    print_table(columns, ([str(trail[column]) for column in columns] for trail in found))
    faults = [
        (trail["service"], fault["day"], str(fault["number"] or ""), fault["what"])
        for trail in found
        for fault in trail["findings"]
    ]
    if faults:
        print_table(("service", "day", "record", "what"), faults)
