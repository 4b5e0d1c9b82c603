"""Settings of prosecution-hook: those that every service has."""

from shared.config import ServiceSettings


class Settings(ServiceSettings):
    """What prosecution-hook reads from its environment."""
