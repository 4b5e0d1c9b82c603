"""Rules of the directory."""

from shared.errors import Malformed


class NotAPackage(Malformed):
    """Send HSDS 3 as JSON (a list of services or a page of the API) or as a zip of CSV files."""


class PackageTooLarge(Malformed):
    """The package is larger than 20 MB, or unpacks to more than 100 MB."""
