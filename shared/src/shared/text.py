"""Text as it comes in from keyboards, files and other systems, in one normal form.

Two texts that look the same are the same afterwards: letters are composed (NFC), white space is a
single space, and characters that nobody sees or that turn the direction of writing are gone. What
a text *means* (names, case numbers) is compared elsewhere, on top of this.
"""

import re
import unicodedata
from typing import Any

from pydantic import BeforeValidator

# The control characters 80-9F are, in real files, characters of Windows-1252 that were read as
# Latin-1: an apostrophe is U+0092. They get their meaning back, as in HTML; 85 is a line break
# (NEL) in other systems' files, and five have no meaning at all.
_WINDOWS = {
    code: bytes([code]).decode("cp1252", "ignore") or None
    for code in range(0x80, 0xA0)
    if code != 0x85
}
# Other controls, without NUL (which is refused, `shared/nul.py`) and without white space.
_CONTROLS = [*range(0x01, 0x09), *range(0x0E, 0x1C), 0x7F]
# They change the direction of what follows, outside of the text itself.
_DIRECTIONS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
# They join letters or mark the direction of a word: part of how running text is written.
_JOINERS = [0x061C, *range(0x200C, 0x2010)]
# Unicode's "default ignorable code points" without variation selectors, which choose a letter's
# form; and the marks of annotations.
_INVISIBLE = [
    0x00AD, 0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x200B, *range(0x2060, 0x2066),
    *range(0x206A, 0x2070), 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF0, 0xFFFC),
    *range(0x1BCA0, 0x1BCA4), *range(0x1D173, 0x1D17B), *range(0xE0000, 0xE0100),
]  # fmt: skip
_DROPPED_ANYWHERE = dict.fromkeys((*_CONTROLS, *_DIRECTIONS, *_INVISIBLE))
_IN_PROSE = str.maketrans({**_WINDOWS, **_DROPPED_ANYWHERE, 0x1F: " "})
# The braille cell without dots looks like a space, and is none.
_IN_ONE_LINE = str.maketrans(
    {**_WINDOWS, **_DROPPED_ANYWHERE, **dict.fromkeys(_JOINERS), 0x2800: " "}
)
# `\s` of Python: tabs, line breaks of every system, the separators 1C-1F, every Unicode space.
_WHITE_SPACE = re.compile(r"\s+")
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")


def one_line(text: str) -> str:
    """A name, a place, a charge: on one line, without anything that cannot be seen.

    Tabs and line breaks become a single space, so that an address of two lines is one text.
    """
    if _PLAIN.fullmatch(text):
        return text
    spaced = _WHITE_SPACE.sub(" ", text.translate(_IN_ONE_LINE))
    return unicodedata.normalize("NFC", spaced).strip()


def prose(text: str) -> str:
    """A note of several lines: line breaks are `\\n`, tabs and spaces stay as they were typed."""
    if _PLAIN.fullmatch(text):
        return text
    lines = _LINE_BREAK.sub("\n", text.translate(_IN_PROSE))
    return unicodedata.normalize("NFC", lines).strip()


def _read_one_line(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


def _read_prose(value: Any) -> Any:
    return prose(value) if isinstance(value, str) else value


# For texts of bodies and forms, behind what else is said of them, so that lengths and patterns are
# those of the normal form: `Annotated[str, Field(min_length=1, max_length=200), ONE_LINE]`.
ONE_LINE = BeforeValidator(_read_one_line)
PROSE = BeforeValidator(_read_prose)
