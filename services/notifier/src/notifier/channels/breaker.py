"""A circuit breaker: a channel that is down is left alone for a while, and then tried with care."""

from datetime import datetime, timedelta

from notifier.channels import Outcome, Result

FAILURES = 5
LEFT_ALONE = timedelta(seconds=30)


class Breaker:
    """Opens after so many failures in a row; lets one message through when its time is over."""

    def __init__(self) -> None:
        self._failures = 0
        self._until: datetime | None = None

    def allowance(self, now: datetime, most: int) -> int:
        """How many messages may be tried now."""
        if self._until is None:
            return most
        # A clock that was set back must not keep a channel shut for as long as it was wrong.
        is_over = now >= self._until or now < self._until - LEFT_ALONE
        return 1 if is_over else 0

    def note(self, result: Result, now: datetime) -> None:
        """Only what the server does counts: a refusal of one message is an answer of a live one."""
        if result.outcome not in (Outcome.RETRY, Outcome.UNKNOWN):
            if result.outcome is not Outcome.CANCELLED:
                self._failures, self._until = 0, None
            return
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = now + LEFT_ALONE
