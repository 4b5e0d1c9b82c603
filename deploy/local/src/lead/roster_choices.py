"""What the command line says of a roster."""

from dataclasses import dataclass
from datetime import datetime

import typer


@dataclass(frozen=True, slots=True)
class Options:
    """The choices for one run; None is what the mapping says."""

    dry_run: bool = False
    baseline: bool = False
    accept_shrink: bool = False
    nights: int | None = None
    as_of: datetime | None = None

    def refuse_alone(self) -> None:
        """Each of them says nothing about a file that is no roster. Raises BadParameter."""
        if self != Options():
            raise typer.BadParameter(
                "--dry-run, --baseline, --nights, --accept-shrink and --as-of go with --snapshot."
            )
