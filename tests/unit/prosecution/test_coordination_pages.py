"""Pages of coordination items, while items are decided between one page and the next."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosecution_hook.coordination.api import _after, _place
from shared.errors import Malformed

AT = datetime(2026, 6, 1, tzinfo=UTC)


def items(days: list[int]) -> list[Any]:
    made = [SimpleNamespace(id=uuid4(), due_at=AT + timedelta(days=day)) for day in days]
    return sorted(made, key=lambda item: (item.due_at, item.id))


@given(
    days=st.lists(st.integers(0, 5), min_size=1, max_size=12),
    limit=st.integers(1, 4),
    decided=st.sets(st.integers(0, 11)),
)
def test_each_item_is_on_one_page(days: list[int], limit: int, decided: set[int]) -> None:
    """Also when the last item of a page was decided before the next page was asked for."""
    listed, seen, cursor = items(days), [], None
    gone = {item.id for number, item in enumerate(listed) if number in decided}
    while page := list(_after(listed, cursor))[:limit]:
        seen += [item.id for item in page]
        cursor = _place(page[-1])
        listed = [item for item in listed if not (item.id in gone and item.id in seen)]
    assert len(seen) == len(set(seen)) == len(days)


@pytest.mark.parametrize(
    "cursor", ["", "x", "2026-06-01_x", "2026-06-01_1dd0f341-d181-48ec-94be-10cd6ff94702", "_"]
)
def test_a_cursor_of_no_page_is_refused(cursor: str) -> None:
    with pytest.raises(Malformed):
        _after(items([1]), cursor)
