"""Chat services through Apprise: the thin message, in a thread of its own, for a bounded time."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from notifier.channels import Message, Outcome, Result

ANSWER_SECONDS = 20
THREADS = 2


class ChatChannel:
    """Apprise tells yes or no and blocks while it does: a thread per message, few at a time."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="chat")

    async def send(self, message: Message, at: datetime) -> Result:
        loop = asyncio.get_running_loop()
        sending = loop.run_in_executor(self._pool, _notify, message)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                sent = await asyncio.shield(sending)
        except TimeoutError:
            return Result(Outcome.UNKNOWN, "chat_no_answer")
        # Apprise does not say why; what is for good shows by its lasting.
        return Result(Outcome.SENT, "chat_taken") if sent else Result(Outcome.RETRY, "chat_refused")

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _notify(message: Message) -> bool:
    # Imported by whoever uses it: it is large, and most installations do not.
    from apprise import Apprise, AppriseAsset

    # Its log lines name addresses and answers.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    service = Apprise(asset=AppriseAsset(async_mode=False, app_id="Messages", app_desc=""))
    return service.add(message.to) and bool(service.notify(body=message.short))
