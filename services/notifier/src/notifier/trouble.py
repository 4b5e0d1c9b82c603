"""Plain words for how a channel failed. Pure."""

from notifier.contacts.domain import Channel

BY: dict[str, str] = {
    Channel.EMAIL: "by e-mail",
    Channel.SMS: "by SMS",
    Channel.WEBHOOK: "by webhook",
    Channel.CHAT: "by chat",
}
_SERVERS = {
    "smtp": "the mail server",
    "sms": "the SMS service",
    "webhook": "the webhook",
    "chat": "the chat service",
}
_FAULTS = {
    "unreachable": "could not be reached",
    "not_connected": "could not be reached",
    "name_not_resolved": "could not be found",
    "disconnected": "broke off",
    "lost_after_data": "did not confirm",
    "no_answer": "did not confirm",
    "refused": "did not take it",
    "url_refused": "is at a place that may not be called",
    "address_not_public": "is at a place that may not be called",
    "not_sent": "could not bring it to the phone",
}
_OURS = {
    "unknown_twice": "it was twice not confirmed",
    "no_address": "no address is set",
}


def why_not(detail: str) -> str:
    """The reason in a few words; a code of a protocol is shown as its number."""
    if detail in _OURS:
        return _OURS[detail]
    kind, _, fault = detail.partition("_")
    server = _SERVERS.get(kind, "the server")
    return f"{server} {_FAULTS.get(fault) or _answered(fault)}"


def _answered(fault: str) -> str:
    return f"answered {fault.rpartition('_')[2]}"
