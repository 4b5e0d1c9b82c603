"""Unpack what was sent: JSON of the HSDS API, or a zip of the CSV package, into services."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from casework.directory.archives import MOST_ERRORS, read_tables
from casework.directory.errors import NotAPackage, PackageTooLarge
from casework.directory.hsds import LINE, HsdsService
from casework.directory.tabular import assemble
from casework.directory.websites import settle_website
from shared import json_bodies
from shared.errors import FieldError, Invalid, Malformed
from shared.problems import field_errors

MOST_BYTES, MOST_SERVICES = 20_000_000, 20_000
# Values of a JSON text, each of which takes memory however short it is.
MOST_VALUES = 1_000_000
# What the services take when each has its locations and its organization with it.
MOST_STORED = 100_000_000
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Service:
    """A service that was checked: what lists show, and its HSDS record as JSON."""

    id: str
    name: str
    organization: str
    status: str
    body: str


@dataclass(frozen=True, slots=True)
class Package:
    """Every service of a package, and what was changed or left out on the way."""

    services: list[Service]
    warnings: list[FieldError]


@dataclass(frozen=True, slots=True)
class _Found:
    """Services as they were sent; `prefix` is where they stand in the body."""

    records: list[Any]
    prefix: str
    warnings: list[FieldError]

    def pointer(self, index: int) -> str:
        return self.prefix.format(index=index)


def read_package(body: bytes) -> Package:
    """Every service of the package, or none. Raises NotAPackage, PackageTooLarge, Invalid."""
    if len(body) > MOST_BYTES:
        raise PackageTooLarge
    found = _from_zip(body) if body.startswith(ZIP) else _from_json(body)
    if not found.records or len(found.records) > MOST_SERVICES:
        hint = f"Send 1 to {MOST_SERVICES} services."
        raise Invalid(errors=(FieldError("", "number_of_services", hint),))
    return Package(_checked(found), found.warnings)


def _checked(found: _Found) -> list[Service]:
    services: list[Service] = []
    errors: list[FieldError] = []
    stored = 0
    for index, record in enumerate(found.records):
        try:
            service = _service(record, found, index)
        except ValidationError as error:
            errors += _errors(error, record, found.pointer(index))
        else:
            services.append(service)
            stored += len(service.body)
        if stored > MOST_STORED:
            raise PackageTooLarge
        if len(errors) >= MOST_ERRORS:
            break
    hint = "Give every service an id of its own."
    errors += [
        FieldError(f"{found.pointer(n)}/id", "repeated_id", hint) for n in _repeated(services)
    ]
    if errors:
        raise Invalid(errors=tuple(errors[:MOST_ERRORS]))
    return services


def _service(record: Any, found: _Found, index: int) -> Service:
    """Checks one service; raises ValidationError."""
    if isinstance(record, dict) and (said := settle_website(record, found.pointer(index))):
        found.warnings.append(said)
    checked = HsdsService.model_validate(record)
    body = json.dumps(checked.model_dump(exclude_none=True))
    return Service(checked.id, checked.name, checked.organization.name, checked.status, body)


def _errors(error: ValidationError, record: Any, pointer: str) -> list[FieldError]:
    """Where and what; a row of a table also says on which line it stands."""
    line = record.get(LINE) if isinstance(record, dict) else None
    where = f" (services.csv, line {line})" if line else ""
    return [
        FieldError(f"{pointer}{fault.pointer}", fault.code, f"{fault.hint}{where}")
        for fault in field_errors(error.errors(include_url=False)[:MOST_ERRORS])
    ]


def _repeated(services: list[Service]) -> list[int]:
    """Services under the id of an earlier one: two under one id would hide each other."""
    first: dict[str, int] = {}
    return [n for n, one in enumerate(services) if first.setdefault(one.id, n) != n]


def _from_json(body: bytes) -> _Found:
    """A list, a page of the API, or one service as it answers it."""
    found = _parsed(body)
    if isinstance(found, list):
        return _Found(found, "/{index}", [])
    if not isinstance(found, dict):
        raise NotAPackage
    contents = found.get("contents")
    if isinstance(contents, list):
        _refuse_part(found, len(contents))
        return _Found(contents, "/contents/{index}", [])
    if "id" in found and "name" in found:
        return _Found([found], "", [])
    raise NotAPackage


def _refuse_part(page: dict[str, Any], services: int) -> None:
    """One page of several would withdraw what stands on the others."""
    total = page.get("total_items")
    if isinstance(total, int) and total > services:
        hint = f"This page has {services} of {total} services. Send all of them in one list."
        raise Invalid(errors=(FieldError("/total_items", "one_page_of_several", hint),))


def _parsed(body: bytes) -> Any:
    try:
        return json_bodies.parse(body, most_values=MOST_VALUES)
    except json_bodies.MemberGivenTwice:
        raise
    except Malformed:
        raise NotAPackage from None


def _from_zip(body: bytes) -> _Found:
    tables = read_tables(body)
    if not tables["service"]:
        raise NotAPackage
    records, warnings = assemble(tables)
    return _Found(records, "/{index}", warnings)
