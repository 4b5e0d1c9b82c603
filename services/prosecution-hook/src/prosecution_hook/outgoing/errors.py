"""What is refused about outgoing webhooks."""

from shared.errors import NotFound


class EndpointNotFound(NotFound):
    """No such webhook, or delivery of it, at your sites."""
