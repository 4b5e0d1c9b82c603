"""Forget what was published about one participant, once it has left (R-26).

A service that erases somebody calls `forget_history`; every service has the timer. What says that
somebody was erased stays, so that a replay erases them again.
"""

from datetime import timedelta

from shared.database import Transaction
from shared.stored_answers import forget_answers
from shared.timers import Timer, set_timer

KIND = "forget-history"
# The relay is quicker than this; what it has not sent by then is waited for.
SOON = timedelta(minutes=1)
# There is no index by key, which every published event would pay for: this may take a while.
_SECONDS = 300

_FORGET = """
DELETE FROM outbox o WHERE o.key = $1 AND o.type NOT LIKE '%-erased.v%'
  AND NOT EXISTS (SELECT FROM outbox_pending p WHERE p.seq = o.seq)"""
_WAITING = """
SELECT EXISTS (SELECT FROM outbox_pending JOIN outbox USING (seq)
               WHERE key = $1 AND type NOT LIKE '%-erased.v%')"""


async def forget_history(tx: Transaction, site: str, subject: str) -> None:
    """Forget stored answers now, and soon the published history and dead letters."""
    await forget_answers(tx, subject)
    await set_timer(tx, KIND, f"{site}:{subject}", tx.now + SOON)


async def on_forget_due(timer: Timer, tx: Transaction) -> None:
    """Again later for what has not left yet."""
    await tx.raw.execute(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
    await tx.raw.execute("DELETE FROM dead_letter WHERE key = $1", timer.subject)
    await tx.raw.execute(_FORGET, timer.subject, timeout=_SECONDS)
    if await tx.raw.fetchval(_WAITING, timer.subject):
        await set_timer(tx, KIND, timer.subject, tx.now + SOON)
