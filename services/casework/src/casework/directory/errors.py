"""Rules of the directory."""

from shared.errors import Malformed


class NotAPackage(Malformed):
    """Send HSDS 3 as JSON (services as the API answers them) or as a zip of CSV files."""


class PackageTooLarge(Malformed):
    """The package is larger than 20 MB, unpacks to more than 50 MB, or has too many lines."""
