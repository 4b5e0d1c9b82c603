"""The file of rejected rows: what the agency must put right, beside each row's own content."""

import csv
import glob
import itertools
import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from lead.feed_state import LOCAL, Finished
from lead.rows import FileRow, is_ndjson

Result = tuple[FileRow, Finished]


def write_rejects(path: Path, results: Iterable[Result], columns: list[str]) -> int:
    """Write the rejected rows, CSV or NDJSON by the file's name; returns how many there are.

    An older file is kept under its date when it has rows that the new one has not. When nothing was
    rejected there is no file at `path`.
    """
    rejected = [(row, end) for row, end in results if not end.accepted]
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        if is_ndjson(path):
            file.writelines(_ndjson(row, end) for row, end in rejected)
        elif rejected:
            writer = csv.writer(file)
            writer.writerow(["line", "status", "reasons", *columns])
            writer.writerows(_cells(row, end, columns) for row, end in rejected)
    _keep_older(path, partial)
    if rejected:
        partial.replace(path)
    else:
        partial.unlink()
    return len(rejected)


def older_rejects(path: Path) -> list[Path]:
    """The rejects of earlier runs that nobody removed, oldest first."""
    pattern = f"{glob.escape(path.stem)}-*Z*{glob.escape(path.suffix)}"
    return sorted(path.parent.glob(pattern))


def _keep_older(path: Path, new: Path) -> None:
    """Move the file out of the way, unless the new one has all that is in it."""
    if not path.exists():
        return
    if not set(path.read_bytes().splitlines()) - set(new.read_bytes().splitlines()):
        path.unlink()
        return
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    for number in itertools.count():
        name = f"{path.stem}-{written:%Y%m%dT%H%M%SZ}{f'-{number}' if number else ''}{path.suffix}"
        try:
            # Made here, so that it cannot be a file that somebody else keeps.
            os.close(os.open(path.with_name(name), os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        path.replace(path.with_name(name))
        return


def reasons_of(end: Finished) -> str:
    """A row's reasons in one cell."""
    return "; ".join(f"{r['pointer'] or '/'}: {r['hint']} ({r['code']})" for r in end.reasons)


def _status(end: Finished) -> str:
    return "not sent" if end.status == LOCAL else str(end.status)


def _cells(row: FileRow, end: Finished, columns: list[str]) -> list[str]:
    texts = row.texts
    own = [texts.pop(column, None) or "" for column in columns]
    # Cells beyond the last column come behind it, as in the file.
    return [str(row.line), _status(end), reasons_of(end), *own, *(t or "" for t in texts.values())]


def _ndjson(row: FileRow, end: Finished) -> str:
    reject = {"line": row.line, "status": _status(end), "reasons": end.reasons, "row": row.values}
    return json.dumps(reject, ensure_ascii=False) + "\n"
