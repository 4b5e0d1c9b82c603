"""JSON that came in: a member given twice is refused, and the number of values is bounded."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import json_bodies
from shared.errors import MAX_ERRORS, Invalid, Malformed
from shared.json_bodies import MemberGivenTwice, parse, walk

NAMES = st.text("abcdef", min_size=1, max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read(value: Any) -> None:
    """A text without a repeated member means what every other parser says."""
    assert parse(json.dumps(value).encode()) == value


@given(VALUES, st.data())
def test_a_member_twice_is_refused_where_it_stands(value: Any, data: st.DataObject) -> None:
    """At any depth, with equal or different values, next to each other or apart."""
    objects = [path for path, inner in walk(value) if isinstance(inner, dict) and inner]
    if not objects:
        return
    path = data.draw(st.sampled_from(objects))
    inner = value
    for part in path:
        inner = inner[part]
    name = data.draw(st.sampled_from(sorted(inner)))
    again = data.draw(st.sampled_from([inner[name], "another"]))
    marked = _with(value, path, inner | {"MARK": again})
    text = json.dumps(marked).replace('"MARK"', json.dumps(name), 1)
    with pytest.raises(MemberGivenTwice) as refused:
        parse(text.encode())
    pointers = [error.pointer for error in refused.value.errors]
    assert pointers == ["".join(f"/{part}" for part in (*path, name))]
    assert {error.code for error in refused.value.errors} == {"given_twice"}


def _with(value: Any, path: tuple[int | str, ...], inner: Any) -> Any:
    if not path:
        return inner
    changed = value.copy()
    changed[path[0]] = _with(value[path[0]], path[1:], inner)
    return changed


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        (b'{"dob": "1990-01-01", "d\\u006fb": "1991-01-01"}', "/dob"),
        (b'{"Canary Name": 1, "Canary Name": 2}', "/?"),
        (b'[{"a": 1}, {"a": 1, "b": [], "a": 1}]', "/1/a"),
        (b'{"a": {"b": 1, "b": 2}, "a": 3}', "/a"),
    ],
)
def test_the_same_name_in_another_spelling_is_the_same(text: bytes, pointer: str) -> None:
    """And what could be somebody's name is not repeated."""
    with pytest.raises(MemberGivenTwice) as refused:
        parse(text)
    assert [error.pointer for error in refused.value.errors] == [pointer]


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"\xff", b'{"a": NaN}', b"[Infinity]", b"[" * 5_000, b'{"a":' * 5_000, b"1 2",
     b"[" + b"9" * 5_000 + b"]"],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_what_is_not_json_is_malformed(text: bytes) -> None:
    """Too deep, not UTF-8, numbers that JSON does not have: 400, never an error of ours."""
    with pytest.raises(Malformed):
        parse(text)


def test_many_values_are_refused_unparsed() -> None:
    """Before they cost anything; a long text is one value."""
    with pytest.raises(Invalid):
        parse(b"[" + b"0," * json_bodies.MAX_VALUES + b"0]")
    assert parse(json.dumps("x" * 900_000).encode()) == "x" * 900_000


def test_the_list_of_places_ends() -> None:
    with pytest.raises(MemberGivenTwice) as refused:
        parse(b"[" + b",".join([b'{"a":1,"a":2}'] * 200) + b"]")
    assert len(refused.value.errors) == MAX_ERRORS
