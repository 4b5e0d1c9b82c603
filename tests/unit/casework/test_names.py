"""Names are compared without what does not tell people apart."""

import pytest

from casework.matching.names import (
    Name,
    are_nicknames,
    fold,
    phonetic,
    read_full_name,
    read_name,
)


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
