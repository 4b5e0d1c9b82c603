"""What is refused about followers."""

from shared.errors import NotFound


class FollowerNotFound(NotFound):
    """No system of that name follows handoffs at this site."""
