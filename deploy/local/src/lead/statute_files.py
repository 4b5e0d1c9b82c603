"""Files of statutes: the shipped tables, and what is posted of one."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from lead.errors import Failure

SHIPPED = Path(__file__).parent / "statute_tables"


class NoTable(Failure):
    """There is no such file, and none of this name is shipped."""


class NoChecksum(Failure):
    """Nobody said what the file's checksum ought to be."""


class OtherFile(Failure):
    """The file is not the one whose checksum was given."""


def find_table(file: str) -> Path:
    """A file, or a shipped one by its name. Raises NoTable."""
    shipped = SHIPPED / f"{file}.csv"
    found = shipped if re.fullmatch("[a-z-]+", file) and shipped.exists() else Path(file)
    if not found.is_file():
        names = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.csv")))
        raise NoTable(f"There is no file {file}; shipped are {names}.")
    return found


def body_of(path: Path, checksum: str | None, source: str) -> dict[str, Any]:
    """What is posted. Raises NoChecksum or OtherFile."""
    content = path.read_bytes()
    expected = checksum or _noted(path)
    if sha256(content).hexdigest() != expected:
        raise OtherFile(f"{path.name} does not have this SHA-256: nothing was imported.")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise OtherFile(f"{path.name} is not UTF-8 text: nothing was imported.") from None
    return {"source": source, "checksum": expected, "content": text}


def _noted(path: Path) -> str:
    """What the file beside it says, as sha256sum writes it."""
    beside = path.with_name(f"{path.name}.sha256")
    if not beside.is_file():
        raise NoChecksum(f"Give --checksum, or put {beside.name} beside the file.")
    return next(iter(beside.read_text().split()), "")
