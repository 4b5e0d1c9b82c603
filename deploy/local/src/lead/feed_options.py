"""The options of `lead feed` for any file."""

from pathlib import Path
from typing import Annotated

import typer

AgencyFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV with a header line, or NDJSON.")
]
MappingName = Annotated[
    str, typer.Option(help="A shipped mapping's name (seattle-terry-stops) or a TOML file.")
]
TokenFile = Annotated[
    Path, typer.Option(exists=True, dir_okay=False, help="File with the agency's token.")
]
SiteName = Annotated[str | None, typer.Option(help="Site, instead of the mapping's.")]
StatePath = Annotated[
    Path | None,
    typer.Option(help="Remembers finished rows. Default: beside FILE, named FILE.feed-state"),
]
RejectsPath = Annotated[
    Path | None,
    typer.Option(help="Gets the rejected rows. Default: beside FILE, named FILE.rejects.csv"),
]
Patience = Annotated[float, typer.Option(help="Seconds without any progress before it gives up.")]
MinAccepted = Annotated[
    float,
    typer.Option(
        min=0, max=100, help="Percent of the rows that must be accepted, else exit code 3."
    ),
]
