"""Unpack what was sent: JSON of the HSDS API, or a zip of the CSV package, into services."""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from casework.directory.errors import NotAPackage, PackageTooLarge
from casework.directory.hsds import HsdsService, repeated
from shared import json_bodies
from shared.errors import FieldError, Invalid, Malformed
from shared.problems import field_errors

MOST_BYTES, MOST_UNPACKED, MOST_SERVICES = 20_000_000, 100_000_000, 20_000
MOST_ERRORS, MOST_VALUES = 50, 3_000_000
ZIP = b"PK\x03\x04"

_SERVICES = TypeAdapter(list[HsdsService])
Row = dict[str, Any]
# Singular and plural: both are in use. What is not listed is not read.
_TABLES = {
    "service": "service", "services": "service",
    "organization": "organization", "organizations": "organization",
    "location": "location", "locations": "location",
    "address": "address", "addresses": "address",
    "phone": "phone", "phones": "phone",
    "service_at_location": "service_at_location", "service_at_locations": "service_at_location",
}  # fmt: skip


def read_package(body: bytes) -> list[HsdsService]:
    """Every service of the package, or none. Raises NotAPackage, PackageTooLarge, Invalid."""
    if len(body) > MOST_BYTES:
        raise PackageTooLarge
    records = _from_zip(body) if body.startswith(ZIP) else _from_json(body)
    if not records or len(records) > MOST_SERVICES:
        hint = f"Send 1 to {MOST_SERVICES} services."
        raise Invalid(errors=(FieldError("", "number_of_services", hint),))
    try:
        services = _SERVICES.validate_python(records)
    except ValidationError as error:
        found = error.errors(include_url=False)[:MOST_ERRORS]
        raise Invalid(errors=tuple(field_errors(found))) from None
    if faults := repeated(services):
        raise Invalid(errors=tuple(faults[:MOST_ERRORS]))
    return services


def _from_json(body: bytes) -> list[Row]:
    try:
        found = json_bodies.parse(body, most_values=MOST_VALUES)
    except json_bodies.MemberGivenTwice:
        raise
    except Malformed:
        raise NotAPackage from None
    if isinstance(found, dict):
        found = found.get("contents")
    if not isinstance(found, list):
        raise NotAPackage
    return found


def _from_zip(body: bytes) -> list[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            tables = _tables(archive)
    except (zipfile.BadZipFile, UnicodeDecodeError, csv.Error, RuntimeError, NotImplementedError):
        raise NotAPackage from None
    if not tables["service"]:
        raise NotAPackage
    return list(_nested(tables))


def _tables(archive: zipfile.ZipFile) -> dict[str, list[Row]]:
    if sum(file.file_size for file in archive.infolist()) > MOST_UNPACKED:
        raise PackageTooLarge
    tables: dict[str, list[Row]] = defaultdict(list)
    for file in archive.infolist():
        stem, _, kind = file.filename.rpartition("/")[2].rpartition(".")
        if kind.lower() == "csv" and stem.lower() in _TABLES:
            text = archive.read(file).decode("utf-8-sig")
            tables[_TABLES[stem.lower()]] += csv.DictReader(io.StringIO(text), restkey="_rest")
    return tables


def _nested(tables: dict[str, list[Row]]) -> Iterator[Row]:
    """The tabular package put together as the API would answer it."""
    organizations = {row.get("id"): row for row in tables["organization"]}
    addresses, phones = _by(tables["address"], "location_id"), tables["phone"]
    of_location, of_service = _by(phones, "location_id"), _by(phones, "service_id")
    locations = {
        row.get("id"): row
        | {"addresses": addresses[row.get("id")], "phones": of_location[row.get("id")]}
        for row in tables["location"]
    }
    places: dict[Any, list[Row]] = defaultdict(list)
    for row in tables["service_at_location"]:
        place = {"id": row.get("id"), "location": locations.get(row.get("location_id"))}
        places[row.get("service_id")].append(place)
    for row in tables["service"]:
        yield row | {
            "organization": organizations.get(row.get("organization_id")),
            "phones": of_service[row.get("id")],
            "service_at_locations": places[row.get("id")],
        }


def _by(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get(column):
            found[row[column]].append(row)
    return found
