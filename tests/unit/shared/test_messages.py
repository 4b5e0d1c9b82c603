"""Subscriptions: what a service says about the events that it handles."""

import pytest

from shared.messages import Subscription


async def _handle(*_: object) -> None: ...


@pytest.mark.parametrize("handlers", [{}, {"handle": _handle, "handle_batch": _handle}])
def test_a_subscription_has_exactly_one_handler(handlers: dict[str, object]) -> None:
    """With none an event would be dropped; with both one of them would never run."""
    with pytest.raises(TypeError, match="on_noted"):
        Subscription("on_noted", **handlers)  # type: ignore[arg-type]
