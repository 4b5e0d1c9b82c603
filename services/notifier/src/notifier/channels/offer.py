"""Which channels this installation has, from its settings."""

from notifier.channels import Channel
from notifier.channels.chat import ChatChannel
from notifier.channels.email import EmailChannel
from notifier.channels.sms import SmsChannel
from notifier.channels.webhook import WebhookChannel
from notifier.contacts import domain
from notifier.settings import Settings


def offered_by(settings: Settings) -> domain.Offered:
    """What a person may enter as a contact method."""
    return domain.Offered(
        sms=bool(settings.sms_url and settings.sms_account and settings.sms_token),
        chat=frozenset(settings.chat_services.split()),
        private_allowed=settings.environment == "embedded",
    )


def open_channel(name: str, settings: Settings) -> Channel:
    """For one worker. A channel that is not set up is there too, and fails as unreachable."""
    match domain.Channel(name):
        case domain.Channel.EMAIL:
            return EmailChannel(settings)
        case domain.Channel.SMS:
            return SmsChannel(settings)
        case domain.Channel.WEBHOOK:
            return WebhookChannel(settings)
        case domain.Channel.CHAT:
            return ChatChannel()
