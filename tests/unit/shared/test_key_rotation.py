"""Changing a class key, in the order of docs/operations/keys.md."""

from typing import Any

import pytest

from shared.sealing import CannotOpen, DataClass, KeyRing, generate_key_ring

RECORD, PLAIN = "record-1", b"sealed content"


def key(kid: str) -> dict[str, Any]:
    found: dict[str, Any] = generate_key_ring(("care",))["keys"][0]
    return found | {"kid": kid}


OLD, NEW = key("care-1"), key("care-2")
DIGEST = generate_key_ring(())["keys"][0]
STAGES = {
    "before": KeyRing([OLD, DIGEST]),
    "can open": KeyRing([NEW, OLD, DIGEST]),
    "seals": KeyRing([OLD, NEW, DIGEST]),
}


@pytest.mark.parametrize("pair", [("before", "can open"), ("can open", "seals")])
def test_two_rollouts_lose_nothing(pair: tuple[str, str]) -> None:
    """While pods of two neighboring stages run, each opens what the other seals."""
    for sealing, opening in (pair, pair[::-1]):
        sealed = STAGES[sealing].seal(DataClass.CARE, RECORD, PLAIN)
        assert STAGES[opening].open(RECORD, sealed, DataClass.CARE) == PLAIN


def test_one_rollout_would() -> None:
    """Why there are two: who still runs with the old ring cannot open what the new key sealed."""
    sealed = STAGES["seals"].seal(DataClass.CARE, RECORD, PLAIN)
    with pytest.raises(CannotOpen, match="not on this ring"):
        STAGES["before"].open(RECORD, sealed, DataClass.CARE)


def test_what_is_old_stays_readable() -> None:
    """Until the old key is taken away, which erases."""
    sealed = STAGES["before"].seal(DataClass.CARE, RECORD, PLAIN)
    assert STAGES["seals"].open(RECORD, sealed, DataClass.CARE) == PLAIN
    with pytest.raises(CannotOpen):
        KeyRing([NEW, DIGEST]).open(RECORD, sealed, DataClass.CARE)
