"""Names are compared without what does not tell people apart."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.matching.names import (
    Name,
    Nobody,
    are_nicknames,
    fold,
    phonetic,
    read_full_name,
    read_name,
)
from casework.matching.romanizing import is_foreign, read_stored, stored
from shared import look_alikes


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("SAM", "sam"),
        ("  Sam   ", "sam"),
        ("José", "jose"),
        ("Jose\u0301", "jose"),
        ("O'Brien", "obrien"),
        ("O\u2019Brien", "obrien"),
        ("García-López", "garcia lopez"),
        ("St. John", "st john"),
        ("Müller_Łuk", "muller luk"),
        ("Straße", "strasse"),
        ("Иван", "ivan"),
        ("ЩЕРБАКОВ", "shcherbakov"),
        ("Алексей Чёрный", "aleksei chernyi"),
        ("Юлія Ґалаґан", "iuliia galagan"),
        ("Љиљана Џиновић", "ljiljana dzinovic"),
        ("Νίκη", "νικη"),
        ("王", "王"),
        # Vowel signs tell names apart; a variation selector is none.
        ("कुमार", "कुमार"),
        ("कमर", "कमर"),
        ("葛\ufe00", "葛"),
        ("", ""),
        (None, ""),
    ],
)
def test_folding(written: str | None, folded: str) -> None:
    """Case, accents and punctuation go; Cyrillic is romanized, other scripts stay."""
    assert fold(written) == folded


@pytest.mark.parametrize(
    "mark",
    [*map(chr, look_alikes.APOSTROPHES), "\u0092", "\u0091", "\u00e2\u20ac\u2122",
     "\u00e2\u0080\u0099", "\\'", "''", "&#39;", "&rsquo;", "'\u200b", "\u2060\u2019", "' "],
)  # fmt: skip
@pytest.mark.parametrize("name", ["D{}Angelo", "O{}Brien", "N{}Golo"])
def test_every_apostrophe_is_one(name: str, mark: str) -> None:
    """Of every keyboard, escaped for a machine, or read in another encoding."""
    assert fold(name.format(mark)) == fold(name.format("'")) == name.replace("{}", "").lower()
    assert not is_foreign(name.format(mark))


@pytest.mark.parametrize("mark", [chr(code) for code in look_alikes.HYPHENS])
def test_every_hyphen_separates(mark: str) -> None:
    assert fold(f"Garcia{mark}Lopez") == "garcia lopez"
    name = read_name(f"Jean{mark}Luc", None, "Picard", None)
    assert name == read_name("Jean Luc", None, "Picard", None)


INVISIBLE = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\u034f\u061c\u180e"
)


@given(st.sampled_from(INVISIBLE), st.integers(0, 7), st.sampled_from(["D'Angelo", "M\u00fcller"]))
def test_what_nobody_sees_changes_no_name(char: str, place: int, name: str) -> None:
    """Wherever it stands; and letters in parts are letters."""
    assert fold(name[:place] + char + name[place:]) == fold(name)
    assert fold(unicodedata.normalize("NFD", name)) == fold(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("S\u0430m", "Sam"),  # a Cyrillic a
        ("\u0420eter", "Peter"),  # a Cyrillic er
        ("Ant\u03bfni\u03bf", "Antonio"),  # Greek omicrons
        ("Jos\u00c3\u00a9", "Jos\u00e9"),
        ("Jean\u00a0Luc", "Jean Luc"),
        ("\uff33\uff41\uff4d", "Sam"),
    ],
)
def test_look_alikes(written: str, meant: str) -> None:
    """One word is in one alphabet; a word all in Cyrillic is romanized as before."""
    assert fold(written) == fold(meant)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    """Stored names are read anew by the next release."""
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (("UNKNOWN", None, "Testperson", None), Name("", "", "testperson", "")),
        (("FNU", None, "Singh", None), Name("", "", "singh", "")),
        (("Fnu Maria", "NMN", "LNU", None), Name("maria", "", "", "")),
        (("Sam", "NMI", "Testperson", None), Name("sam", "", "testperson", "")),
        (("Baby Boy", None, "Smith", None), Name("", "", "smith", "")),
        (("N/A", None, "XXXX", None), Name()),
        (("Na", None, "Oo", None), Name("na", "", "oo", "")),
        (("Unknown Male", None, "Refused", None), Name()),
        (("Jerome", None, "Doe", None), Name("jerome", "", "doe", "")),
    ],
)
def test_what_names_nobody_is_not_known(fields: tuple[str | None, ...], name: Name) -> None:
    """Each field for itself."""
    found = read_name(*fields)
    assert found == name
    assert not isinstance(found, Nobody)


@pytest.mark.parametrize(
    "name", [("John", "Doe"), ("JANE", "DOE"), ("Baby Girl", "Doe"), (None, "Roe")]
)
def test_stand_ins(name: tuple[str | None, str]) -> None:
    found = read_name(name[0], None, name[1], None)
    assert isinstance(found, Nobody)
    [again] = read_stored([stored(found)])
    assert (type(again), again) == (Nobody, found)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (("Sam", None, "Testperson", None), Name("sam", "", "testperson", "")),
        (("Sam", None, "Testperson Jr.", None), Name("sam", "", "testperson", "jr")),
        (("Sam", None, "Testperson", "Junior"), Name("sam", "", "testperson", "jr")),
        (("Sam Jr", None, "Testperson", None), Name("sam", "", "testperson", "jr")),
        (("Sam", "J.", "Testperson", "III"), Name("sam", "j", "testperson", "iii")),
        (("Mary Ann", None, "Garcia Lopez", None), Name("mary", "ann", "garcia lopez", "")),
        ((None, None, "Junior", None), Name("", "", "junior", "")),
        ((None, None, None, None), Name()),
    ],
)
def test_reading_fields(fields: tuple[str | None, ...], name: Name) -> None:
    """Suffixes are found wherever they were typed; a second given name is a middle name."""
    assert read_name(*fields) == name


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("Sam Testperson", Name("sam", "", "testperson", "")),
        ("Testperson, Sam J", Name("sam", "j", "testperson", "")),
        ("Sam J Testperson Jr", Name("sam", "j", "testperson", "jr")),
        ("Sammy", Name("sammy", "", "mainname", "")),
    ],
)
def test_reading_an_alias(alias: str, name: Name) -> None:
    """A nickname alone belongs to the main surname."""
    assert read_full_name(alias, "mainname") == name


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("sam", "samuel", True),
        ("samuel", "sam", True),
        ("bill", "will", True),
        ("samuel", "robert", False),
        ("", "sam", False),
    ],
)
def test_nicknames(one: str, other: str, expected: bool) -> None:
    """Short forms count in both directions, and two short forms of one name."""
    assert are_nicknames(one, other) is expected


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("smith", "s530"),
        ("smyth", "s530"),
        ("robert", "r163"),
        ("ashcraft", "a261"),
        ("lee", "l000"),
    ],
)
def test_sounds(word: str, code: str) -> None:
    """American Soundex, with its rule for h and w."""
    assert phonetic(word) == code
