"""What a policy may not say."""

from shared.errors import PreconditionFailed


class PolicyChanged(PreconditionFailed):
    """Another version was published since this one was read: read it again."""
