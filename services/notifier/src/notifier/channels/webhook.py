"""A person's own webhook: the thin message as JSON, signed."""

import json
from datetime import datetime

from notifier.channels import Message, Outcome, Result
from notifier.settings import Settings
from shared import webhooks
from shared.egress import UrlRefused
from shared.webhooks import Outgoing, WebhookClient

_MEANS = {
    webhooks.Outcome.DELIVERED: Outcome.SENT,
    webhooks.Outcome.TEMPORARY: Outcome.RETRY,
    webhooks.Outcome.PERMANENT: Outcome.REFUSED,
    webhooks.Outcome.GONE: Outcome.GONE,
    webhooks.Outcome.UNKNOWN: Outcome.UNKNOWN,
}


class WebhookChannel:
    """Only the embedded default may call this machine."""

    def __init__(self, settings: Settings) -> None:
        self._client = WebhookClient(private_allowed=settings.environment == "embedded")

    async def send(self, message: Message, at: datetime) -> Result:
        body = json.dumps(message.data)
        try:
            outgoing = Outgoing(message.id, message.to, body, message.secrets)
            answer = await self._client.send(outgoing, at)
        except UrlRefused:
            return Result(Outcome.REFUSED, "webhook_url_refused")
        detail = f"webhook_{answer.detail}"
        return Result(_MEANS[answer.outcome], detail, retry_after=answer.retry_after)

    async def close(self) -> None:
        await self._client.close()
