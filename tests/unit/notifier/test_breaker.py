"""A channel that is down is left alone, and found again when it is back."""

from datetime import UTC, datetime, timedelta

from notifier.channels import Outcome, Result
from notifier.channels.breaker import FAILURES, LEFT_ALONE, Breaker

NOW = datetime(2026, 3, 3, tzinfo=UTC)
DOWN, UP = Result(Outcome.RETRY, "sms_unreachable"), Result(Outcome.SENT, "sms_201")
NO, NONE = Result(Outcome.REFUSED, "sms_400"), Result(Outcome.CANCELLED, "answered")


def broken() -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.allowance(NOW, 8) == 8
        breaker.note(DOWN, NOW)
    return breaker


def test_after_enough_failures_nothing_is_tried_for_a_while() -> None:
    """Then one message, and after its failure again nothing."""
    breaker = broken()
    assert breaker.allowance(NOW + LEFT_ALONE - timedelta(seconds=1), 8) == 0
    later = NOW + LEFT_ALONE
    assert breaker.allowance(later, 8) == 1
    breaker.note(DOWN, later)
    assert breaker.allowance(later, 8) == 0


def test_one_that_comes_through_closes_it() -> None:
    """Also a clear refusal: whoever refuses is there. What was not tried says nothing."""
    for answer in (UP, NO):
        breaker = broken()
        breaker.note(NONE, NOW)
        assert breaker.allowance(NOW, 8) == 0
        breaker.note(answer, NOW + LEFT_ALONE)
        assert breaker.allowance(NOW + LEFT_ALONE, 8) == 8
