"""What casework can be asked to do with the directory."""

from dataclasses import dataclass

from casework.directory.packages import Service


@dataclass(frozen=True, slots=True)
class ImportDirectory:
    """Take a package in whole: it says what there is at the site from now on."""

    site: str
    services: list[Service]
    by: str
