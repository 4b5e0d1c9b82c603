"""Rows of an NDJSON file: one JSON object a line, each line accounted for."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

from shared.table_records import BadTable
from shared.tables import Account


class JsonRows:
    """Each line that is not blank with its values, or with why it is no row."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.account = Account()
        self._lines = lines

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any], str | None]]:
        """Line, values, fault. Raises BadTable for a document that is not one object a line."""
        for number, line in enumerate(self._lines, start=1):
            text = line.strip().strip("\ufeff\x1a")
            if not text:
                self.account.blank += 1
                continue
            if self.account.rows == 0 and (text == "{" or text.startswith("[")):
                words = "this is a JSON document. Write one object a line, without a list around."
                raise BadTable(number, "not_ndjson", words)
            self.account.rows += 1
            values, fault = _read(text)
            yield number, values if fault is None else {"(line)": text}, fault


def flat(values: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    """The values as columns; a nested one by its dotted path."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", None if value is None else str(value)


class _Repeated(ValueError):
    """A member stands in an object twice."""


def _read(text: str) -> tuple[dict[str, Any], str | None]:
    try:
        values = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
        columns = [name for name, _ in flat(values)] if isinstance(values, dict) else []
    except _Repeated:
        return {}, "repeated_member"
    except json.JSONDecodeError as error:
        return {}, "more_than_one_object" if error.msg == "Extra data" else "not_a_json_object"
    except (ValueError, RecursionError):
        return {}, "not_a_json_object"
    if not isinstance(values, dict):
        return {}, "not_a_json_object"
    return values, "repeated_member" if len(set(columns)) < len(columns) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Repeated
    return members


def _refuse(_: str) -> NoReturn:
    # NaN and the infinities are not JSON, though Python reads them.
    raise ValueError
