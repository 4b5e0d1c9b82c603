"""Sealed fields: what is sealed opens for its record and class only, and is a standard JWE."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import KeySet

from shared.sealing import CannotOpen, DataClass, KeyRing, generate_key_ring

SET = generate_key_ring(("identity", "care"))
RING = KeyRing(SET["keys"])
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.="


@given(st.binary(max_size=500), st.text(max_size=50))
def test_what_is_sealed_opens_for_its_record(plain: bytes, record: str) -> None:
    """For any content, and never the same twice."""
    sealed = RING.seal(DataClass.IDENTITY, record, plain)
    assert RING.open(record, sealed, DataClass.IDENTITY) == plain
    assert RING.seal(DataClass.IDENTITY, record, plain) != sealed


def test_it_does_not_open_for_another_record_or_class() -> None:
    """A sealed value cannot be moved to another event, nor from care to identity."""
    sealed = RING.seal(DataClass.CARE, "one", b"plain")
    with pytest.raises(CannotOpen):
        RING.open("two", sealed, DataClass.CARE)
    with pytest.raises(CannotOpen):
        RING.open("one", sealed, DataClass.IDENTITY)


@given(st.data())
def test_any_changed_letter_is_noticed(data: st.DataObject) -> None:
    """Header, wrapped key, nonce, content and tag are all authenticated."""
    sealed = RING.seal(DataClass.IDENTITY, "r", b"a secret of some length")
    at = data.draw(st.integers(0, len(sealed) - 1))
    letter = data.draw(st.sampled_from(LETTERS.replace(sealed[at], "")))
    with pytest.raises(CannotOpen):
        RING.open("r", sealed[:at] + letter + sealed[at + 1 :])
    with pytest.raises(CannotOpen):
        RING.open("r", sealed[:at] + letter + sealed[at:])


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s[:-1] + _neighbor(s[-1]),
        lambda s: s + "!",
        lambda s: s + "=",
        lambda s: s.replace(".", "\n.", 1),
    ],
)
def test_one_value_has_one_form(change: Callable[[str], str]) -> None:
    """What a lenient decoder would overlook: unused bits, padding, foreign characters."""
    sealed = RING.seal(DataClass.IDENTITY, "r", b"plain")
    with pytest.raises(CannotOpen):
        RING.open("r", change(sealed))


def _neighbor(letter: str) -> str:
    """Another letter whose first two bits, all that the last letter of a tag uses, are the same."""
    alphabet = LETTERS[:62] + "-_"
    at = alphabet.index(letter)
    return alphabet[at ^ 1]


@given(st.text(max_size=100) | st.text(alphabet=LETTERS, max_size=300))
def test_anything_else_is_refused_in_the_same_way(text: str) -> None:
    """No other exception for any text that a stranger may send."""
    with pytest.raises(CannotOpen):
        RING.open("r", text)


def test_without_the_class_key_it_stays_sealed() -> None:
    """The firewall: prosecution-hook has no care key."""
    poor = KeyRing([key for key in SET["keys"] if key["data_class"] != "care"])
    with pytest.raises(CannotOpen):
        poor.open("r", RING.seal(DataClass.CARE, "r", b"x"), DataClass.CARE)
    with pytest.raises(CannotOpen):
        poor.seal(DataClass.CARE, "r", b"x")
    assert not poor.holds(DataClass.CARE)


def test_a_rotated_ring_opens_old_values_and_seals_with_the_new_key() -> None:
    """Rotation is an appended key: before it is rolled out everywhere, the old ring is a part."""
    new = generate_key_ring(("identity",))["keys"][0] | {"kid": "identity-2"}
    rotated = KeyRing([*SET["keys"], new])
    assert rotated.open("r", RING.seal(DataClass.IDENTITY, "r", b"old")) == b"old"
    sealed = rotated.seal(DataClass.IDENTITY, "r", b"new")
    assert rotated.open("r", sealed, DataClass.IDENTITY) == b"new"
    with pytest.raises(CannotOpen):
        RING.open("r", sealed)


def test_another_ring_cannot_open_it() -> None:
    """Even when its keys have the same names."""
    stranger = KeyRing(generate_key_ring(("identity", "care"))["keys"])
    with pytest.raises(CannotOpen):
        stranger.open("r", RING.seal(DataClass.IDENTITY, "r", b"x"))


def test_another_implementation_reads_it() -> None:
    """It is a JWE (RFC 7516): joserfc opens it with the same JWK set."""
    sealed = RING.seal(DataClass.IDENTITY, "record-1", b"plain text")
    keys = KeySet.import_key_set({"keys": [k for k in SET["keys"] if k["kid"] == "identity-1"]})
    registry = jwe.JWERegistry(
        algorithms=["A256GCMKW", "A256GCM"],
        header_registry={"record": jwe.HeaderParameter("record", "str")}
        if hasattr(jwe, "HeaderParameter")
        else None,
        strict_check_header=False,
    )
    found = jwe.decrypt_compact(sealed, keys, registry=registry)
    assert found.plaintext == b"plain text"
    assert found.protected["record"] == "record-1"


def test_digests_separate_their_parts() -> None:
    """("ab", "c") and ("a", "bc") are two different records."""
    assert RING.digest("ab", "c") != RING.digest("a", "bc")
    assert RING.digest("a") == RING.digest("a")


@pytest.mark.parametrize("broken", [[], [SET["keys"][0]], [SET["keys"][2] | {"k": "c2hvcnQ"}]])
def test_an_unusable_ring_is_refused_at_the_start(broken: list[dict[str, str]]) -> None:
    """No digest key, or a key of the wrong length."""
    with pytest.raises(ValueError, match="key"):
        KeyRing(broken)
