"""Numbers and dates that systems write when they know none."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.placeholders import is_no_birth_date, is_no_name, is_no_number

NO_NUMBERS = (
    """
UNKNOWN|0000000|PENDING|NOT AVAILABLE|NO NUMBER|NONE GIVEN|NO SID|REFUSED|UNASSIGNED|TEMP|1111111
1234567|123456789|0-0-0|0000-00000|N.A.|NOT ON FILE|UNKWN|9-9999999|TEST|N/A|#N/A|--|?|X|9|XXXXXXX
TEST123|TEMP01|UNKNOWN 1|NULL|qwerty|QWERTY123456|ABC123|ABC-1234|A1111111|A123456|987654321|7654321
54321|0123456789|12121212|123123123|1234321|112233|1122334455|1000000|999|13579|24680|741852963
888-88-8888|99999999999|SEE NOTES|DOE JOHN|TBA
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
NUMBERS = (
    """
1629|2000|J-77|CANARY-88|N-1|A-0012|0001629|2.0240001234E10|20240001234|4821|900002|8675309|TEMP48213
bench-1|S-4432|77120|1200000|B/A 2026-004417|WA16290883|3f09ab12|2026-1629
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_numbers_that_are_none(value: str) -> None:
    """However they are written."""
    for written in (value, value.lower(), f" {value} ", value.replace("-", "\u2011")):
        assert is_no_number(written), written


@pytest.mark.parametrize("value", NUMBERS)
def test_numbers(value: str) -> None:
    assert not is_no_number(value)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ -./#", max_size=30))
def test_no_number_is_without_a_digit(value: str) -> None:
    assert is_no_number(value)


@given(st.sampled_from("0123456789"), st.integers(1, 16), st.sampled_from(["", "-", " ", "/"]))
def test_one_digit_over_and_over(digit: str, count: int, between: str) -> None:
    assert is_no_number(between.join(digit * count))


@given(st.integers(0, 9), st.integers(4, 12), st.sampled_from([1, -1]))
def test_digits_in_a_row(first: int, count: int, step: int) -> None:
    assert is_no_number("".join(str((first + step * n) % 10) for n in range(count)))


@given(st.text("0123456789", min_size=1, max_size=4), st.integers(3, 5))
def test_a_block_repeated(block: str, times: int) -> None:
    text = block * times
    assert len(text) < 6 or is_no_number(text)


def test_a_real_number_is_seldom_taken_for_none() -> None:
    """Of 20,000 drawn at random fewer than one in two hundred, of any usual length."""
    chance = Random(11)  # noqa: S311 - nothing secret
    for length in range(4, 12):
        drawn = (f"{chance.randrange(10**length):0{length}}" for _ in range(20_000))
        assert sum(map(is_no_number, drawn)) < 100, length


@pytest.mark.parametrize(
    "born",
    [date(1900, 1, 1), date(1900, 12, 31), date(1901, 1, 1), date(1900, 1, 2), date(1910, 1, 1),
     date(1911, 11, 11), date(1910, 10, 10), date(1909, 9, 9), date(1912, 12, 12),
     date(1905, 12, 31),
     date(1920, 1, 1), date(1930, 1, 1), date(1899, 12, 30), date(1, 1, 1), date(1970, 1, 1),
     date(1969, 12, 31), date(9999, 12, 31), date(2222, 2, 22)],
)  # fmt: skip
def test_dates_that_are_none(born: date) -> None:
    assert is_no_birth_date(born)


@given(st.dates(date(1931, 1, 1), date(2010, 1, 1)))
def test_dates_of_the_living(born: date) -> None:
    """Everything since 1931, but for a clock at zero; earlier, all but patterns."""
    zero = {date(1970, 1, 1) - timedelta(days=days) for days in (0, 1)}
    assert is_no_birth_date(born) is (born in zero)
    assert not is_no_birth_date(date(1925, 12, 31))
    assert not is_no_birth_date(date(1908, 1, 2))


@pytest.mark.parametrize(
    "text",
    ["UNKNOWN", "Unk.", "FNU", "LNU", "NMN", "NFN", "N/A", "n.a.", "XXXX", "?", "--", "...",
     "Unknown Male", "BABY BOY", "TEST", "NONE GIVEN", "No Last Name", "Not Provided", "Refused",
     "zzz", "Desconocido"],
)  # fmt: skip
def test_names_that_are_none(text: str) -> None:
    assert is_no_name(text)
    assert is_no_name(text.lower())


@pytest.mark.parametrize(
    "text", ["Na", "Aa", "Oo", "X", "John", "Doe", "Nan Smith", "Testa", "Li", "Ng", "An", "Nunez"]
)
def test_names(text: str) -> None:
    assert not is_no_name(text)
