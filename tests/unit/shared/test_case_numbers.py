"""One number in many spellings is one; two numbers are never one."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.case_numbers import any_same, finer, index_key, is_same, normal, the_same

ONE = (
    ("26-1-12345-5 SEA", "26-1-12345-5"),
    ("26-1-12345-5 KNT", "26-1-12345-5 SEA"),
    ("26-1-12345-5", "261123455"),
    ("26-1-01234-5", "261012345"),
    ("26-12345", "2612345"),
    ("GO26-12345", "go26-12345"),
    ("GO 26-12345", "GO26-12345"),
    ("26-1-012345-5", "26-1-12345-5"),
    ("26-12345", "26-012345"),
    ("26-W-58310", "26W58310"),
    ("26-W-58310", "26/w/058310"),
    ("26-1-12345-5", "26\u20131\u201312345\u20135"),
    ("26-1-12345-5", "26\u20111\u201112345\u20115"),
    ("26-1-12345-5", "\u202d26-1-12345-5\u202c"),
    ("26-1-12345-5", "26-1-\u200b12345-5\ufeff"),
    ("26-1-12345-5", "\uff12\uff16-1-12345-5"),
    ("26-1-12345-5", "\u0662\u0666-1-12345-5"),
    ("26-1-12345-5", "26\u22121\u221212345\u22125"),
    ("26-1-12345-5", "26 1 12345 5"),
    ("26-1-12345-5", "26.1.12345.5"),
    ("26-1-12345-5", "26_1_12345_5"),
    ("26-1-12345-5", "  26-1-12345-5\t"),
    ("26-1-12345-5", "Cause No. 26-1-12345-5"),
    ("26-1-12345-5", "#26-1-12345-5"),
    ("26-1-12345-5", "No. 26-1-12345-5sea"),
    ("5:90-cv-00123", "5:90-CV-123"),
    ("1:19-cr-00123-ABC", "1:19-cr-123"),
    ("26-001234-FH", "26-1234"),
    ("D-101-CR-2026-00123", "d101cr202600123"),
)
OTHER = (
    ("26-1-12345-5", "26-1-12346-5"),
    ("26-1-12345-5", "25-1-12345-5"),
    ("26-1-12345-5", "26-2-12345-5"),
    ("26-1-12345-5", "26-1-12345-6"),
    ("26-1-12345-5", "26-1-1234-5"),
    ("26-1-12", "26-11-2"),
    ("26-1-1234-5", "26-10-1234-5"),
    ("26-1-10234-5", "26-1-12034-5"),
    ("26-12345", "26-123450"),
    ("26112345", "261012345"),
    ("26-W-58310", "26-58310"),
    ("26-W-58310", "26-X-58310"),
    ("26-001234-FH", "26-001234-SM"),
    ("26-12345-A", "26-12345-B"),
    ("26-1-5", "2026-1-5"),
    ("GO26-1", "IR26-1"),
)
NOTHING = (None, "", " ", "-", "N/A", "none", "UNKNOWN", "pending", "0", "000", "00-0-00000-0", "?")


@pytest.mark.parametrize(("one", "other"), ONE)
def test_spellings_of_one_number(one: str, other: str) -> None:
    """Either way round, by the normal forms too, and under one key of an index."""
    assert is_same(one, other)
    assert is_same(other, one)
    assert is_same(normal(one), other)
    assert is_same(one, normal(other))
    assert index_key(one) == index_key(other) != ""


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_different_numbers_are_never_one(one: str, other: str) -> None:
    assert not is_same(one, other)
    assert not is_same(other, one)
    assert normal(one) != normal(other)


@pytest.mark.parametrize("nothing", NOTHING)
def test_what_says_nothing_joins_nothing(nothing: str | None) -> None:
    """Not even itself: two reports with "N/A" are not about one case."""
    assert normal(nothing) == index_key(nothing) == ""
    assert not is_same(nothing, nothing)


NUMBERS = st.text(
    st.sampled_from("0123456789abCDSEA- ./:#_\u2011\u2013\u202d\u0661\uff15"), max_size=24
)


@given(NUMBERS | st.text(max_size=40))
def test_the_normal_form_is_its_own(number: str) -> None:
    assert normal(normal(number)) == normal(number)
    assert is_same(number, number) is bool(normal(number))
    assert is_same(normal(number), number) is bool(normal(number))


@given(NUMBERS, NUMBERS)
def test_the_answer_does_not_depend_on_the_order(one: str, other: str) -> None:
    """Nor on whether the normal form is kept instead; whatever is the same has one index key."""
    assert is_same(one, other) is is_same(other, one)
    assert is_same(one, other) is is_same(normal(one), normal(other))
    if is_same(one, other):
        assert index_key(one) == index_key(other)


DASHES = st.sampled_from(("-", "\u2011", "\u2013", " ", ".", "/", " - "))


@given(
    one=st.tuples(st.integers(0, 99), st.integers(0, 9), st.integers(1, 999999), st.integers(0, 9)),
    other=st.tuples(
        st.integers(0, 99), st.integers(0, 9), st.integers(1, 999999), st.integers(0, 9)
    ),
    dash=DASHES,
    other_dash=DASHES,
    zeros=st.integers(1, 8),
    suffix=st.sampled_from(("", " SEA", "-KNT", " sea")),
)
def test_year_type_sequence_and_check_digit_decide(
    one: tuple[int, ...],
    other: tuple[int, ...],
    dash: str,
    other_dash: str,
    zeros: int,
    suffix: str,
) -> None:
    """With dashes, however many zeros and whatever dash: the same exactly when each part is."""
    first = dash.join(map(str, one)) + suffix
    second = other_dash.join(str(part).zfill(zeros) for part in other)
    assert is_same(first, second) is (one == other)
    again = other_dash.join(str(part).zfill(zeros) for part in one)
    assert is_same(first, again)


@given(
    year=st.integers(10, 99), one=st.integers(1, 999_999), other=st.integers(1, 999_999),
    gap=st.sampled_from(("", "-")),
)  # fmt: skip
def test_distinct_sequence_numbers_stay_distinct_without_dashes(
    year: int, one: int, other: int, gap: str
) -> None:
    """Padded alike, as one system writes them."""
    assume(one != other)
    first, second = f"{year}{gap}{one:06}", f"{year}-{other:06}"
    assert not is_same(first, second)


def test_two_candidates_for_a_spelling_without_dashes() -> None:
    """The equal normal form decides; otherwise nobody guesses."""
    known = ["26-10-1234-5", "26-1-01234-5"]
    assert the_same("261012345", known, str) is None
    assert the_same("26-1-1234-5", known, str) == "26-1-01234-5"
    assert the_same("261012345", [*known, "261012345"], str) == "261012345"
    assert the_same("261012345", known[:1], str) == "26-10-1234-5"
    assert the_same("N/A", ["N/A"], str) is None


def test_collections_and_the_finer_spelling() -> None:
    assert any_same(["x", "26-5"], ["265", "9"])
    assert not any_same([], ["26-5"])
    assert finer("26-1-5", "2615") == "26-1-5"
    assert finer("2615", "26-1-5") == "26-1-5"
    assert finer("26-1-5", "26-1-6") == "26-1-6"
    assert (finer(None, "7"), finer("7", None)) == ("7", "7")
