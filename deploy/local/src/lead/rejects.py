"""The file of rejected rows: what the agency must put right, beside each row's own content."""

import csv
import json
import os
from collections.abc import Iterable
from pathlib import Path

from lead.feed_state import LOCAL, Finished
from lead.rows import FileRow, is_ndjson

Result = tuple[FileRow, Finished]


def write_rejects(path: Path, results: Iterable[Result], columns: list[str]) -> int:
    """Write the rejected rows, CSV or NDJSON by the file's name; returns how many there are.

    The file takes the place of an older one at once, or is gone when nothing was rejected.
    """
    rejected = [(row, end) for row, end in results if not end.accepted]
    if not rejected:
        path.unlink(missing_ok=True)
        return 0
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        if is_ndjson(path):
            file.writelines(_ndjson(row, end) for row, end in rejected)
        else:
            writer = csv.writer(file)
            writer.writerow(["line", "status", "reasons", *columns])
            writer.writerows(_cells(row, end, columns) for row, end in rejected)
    partial.replace(path)
    return len(rejected)


def reasons_of(end: Finished) -> str:
    """A row's reasons in one cell."""
    return "; ".join(f"{r['pointer'] or '/'}: {r['hint']} ({r['code']})" for r in end.reasons)


def _status(end: Finished) -> str:
    return "not sent" if end.status == LOCAL else str(end.status)


def _cells(row: FileRow, end: Finished, columns: list[str]) -> list[str]:
    texts = row.texts
    own = (texts.get(column) or "" for column in columns)
    return [str(row.line), _status(end), reasons_of(end), *own]


def _ndjson(row: FileRow, end: Finished) -> str:
    reject = {"line": row.line, "status": _status(end), "reasons": end.reasons, "row": row.values}
    return json.dumps(reject, ensure_ascii=False) + "\n"
