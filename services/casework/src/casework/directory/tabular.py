"""A CSV package put together as the HSDS API would answer it."""

from collections.abc import Callable, Iterator
from typing import Any

from casework.directory.archives import MOST_ERRORS, Record, Tables
from casework.directory.hsds import LINE
from shared.errors import FieldError, Invalid

Known = dict[str, dict[Any, Record]]
# Whose a phone is, when its row names several: the nearest to where people go.
_OWNERS = (
    ("service_at_location_id", "service_at_location"),
    ("service_id", "service"),
    ("location_id", "location"),
    ("organization_id", "organization"),
)


def assemble(tables: Tables) -> tuple[list[Record], list[FieldError]]:
    """The services, and a warning for each row that belongs to none. Raises Invalid."""
    known = _known(tables)
    lost = [
        *_lost("phones", tables["phone"], lambda phone: _put_phone(phone, known)),
        *_lost("addresses", tables["address"], lambda address: _put_address(address, known)),
        *_lost(
            "service_at_locations",
            tables["service_at_location"],
            lambda place: _put_place(place, known),
        ),
    ]
    for service in tables["service"]:
        service["organization"] = known["organization"].get(service.get("organization_id"))
    return tables["service"], lost


def _put_phone(phone: Record, known: Known) -> bool:
    owners = (known[kind].get(phone.get(column)) for column, kind in _OWNERS)
    return _put("phones", phone, next((owner for owner in owners if owner is not None), None))


def _put_address(address: Record, known: Known) -> bool:
    return _put("addresses", address, known["location"].get(address.get("location_id")))


def _put_place(place: Record, known: Known) -> bool:
    place["location"] = known["location"].get(place.get("location_id"))
    service = known["service"].get(place.get("service_id"))
    return _put("service_at_locations", place, service) and place["location"] is not None


def _put(name: str, part: Record, owner: Record | None) -> bool:
    if owner is None:
        return False
    owner.setdefault(name, []).append(part)
    return True


def _lost(table: str, rows: list[Record], put: Callable[[Record], bool]) -> Iterator[FieldError]:
    """Put each row where it belongs, and name those that belong nowhere."""
    for row in rows:
        if not put(row):
            hint = f"Line {row[LINE]} names nothing that is in the package, and is left out."
            yield FieldError(f"/{table}.csv", "leads_nowhere", hint)


def _known(tables: Tables) -> Known:
    """Rows by their ids: of two under one id one would hide the other. Raises Invalid."""
    known: Known = {}
    errors: list[FieldError] = []
    for kind in ("service_at_location", "service", "location", "organization"):
        known[kind] = {}
        for row in tables[kind]:
            if row.get("id") and known[kind].setdefault(row["id"], row) is not row:
                hint = f"Line {row[LINE]} has the id of an earlier line. Give every row its own."
                errors.append(FieldError(f"/{kind}s.csv", "repeated_id", hint))
    if errors:
        raise Invalid(errors=tuple(errors[:MOST_ERRORS]))
    return known
