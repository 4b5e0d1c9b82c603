"""Characters that keyboards, programs and alphabets write in each other's place: one table for all.

`plain(text)` is for comparing and searching, never for showing: every apostrophe is `'`, every
hyphen is `-`, and a letter of another alphabet inside a Latin word is the Latin letter it looks
like.
"""

import re
from contextlib import suppress

from shared.text import one_line

# Quotation marks, accents that stand alone, primes, modifier letters, and the apostrophes of other
# scripts: people and programs write all of them in O'Brien.
APOSTROPHES = (
    0x0027, 0x0060, 0x00B4, *range(0x02B9, 0x02C2), *range(0x02C8, 0x02CC), 0x02CE, 0x02CF, 0x02D9,
    0x02DA, 0x02EE, 0x02F4, 0x0374, 0x0384, 0x055A, 0x055B, 0x055D,
    0x05F3, 0x07F4, 0x07F5, 0x1FBD, 0x1FBF, 0x1FEF, 0x1FFD, 0x1FFE, *range(0x2018, 0x201C),
    0x2032, 0x2035, 0x2039, 0x203A, 0x275B, 0x275C, 0x275F, 0xA78B, 0xA78C, 0xFF07, 0xFF40,
)  # fmt: skip
# Dashes, minus signs and bullets that are typed for a hyphen.
HYPHENS = (
    0x002D, 0x058A, 0x05BE, 0x1400, 0x1806, *range(0x2010, 0x2016), 0x2043, 0x2053, 0x207B, 0x208B,
    0x2212, 0x2796, 0x2E17, 0x2E1A, 0x2E3A, 0x2E3B, 0x2E40, 0x301C, 0x3030, 0x30A0, 0xFE31, 0xFE32,
    0xFE58, 0xFE63, 0xFF0D,
)  # fmt: skip
_MARKS = dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(HYPHENS, "-")
# Marks that were written for a machine: HTML, JSON and SQL.
_ESCAPED = re.compile(r"&(?:#0*39|#x0*27|#0*8217|#0*8216|apos|rsquo|lsquo);|\\'", re.IGNORECASE)
# Cyrillic and Greek letters that look like Latin ones, small and capital.
_LETTERS = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0455\u0458"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0406\u0405\u0408"
    "\u03b1\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
    "abekmhopctyxisjABEKMHOPCTYXISJaikvoptuxABEZHIKMNOPTYX",
)
_SIGN = re.compile(r"[\\&`\t\n\r\x00-\x1f\x7f]")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN_LETTER = re.compile("[A-Za-z]")


def plain(text: str) -> str:
    """The text with one apostrophe, one hyphen and one space; its letters stay, accents too."""
    if text.isascii() and not _SIGN.search(text):
        return text
    unescaped = _ESCAPED.sub("'", _read_as_utf8(text))
    # Before anything is decomposed: an accent that stands alone would become a space.
    return _WORD.sub(_in_one_alphabet, one_line(unescaped).translate(_MARKS))


def _read_as_utf8(text: str) -> str:
    """UTF-8 that was read as Windows-1252 or Latin-1, as it was meant; any other text as it is."""
    for encoding in ("cp1252", "latin-1"):
        with suppress(UnicodeError):
            return text.encode(encoding).decode()
    return text


def _in_one_alphabet(found: re.Match[str]) -> str:
    """A word with letters of two alphabets was typed on two keyboards, or is meant to deceive."""
    word = found[0]
    if word.isascii() or not _LATIN_LETTER.search(word):
        return word
    return word.translate(_LETTERS)
