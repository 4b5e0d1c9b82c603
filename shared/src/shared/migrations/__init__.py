"""Running a service's own alembic history, and the spine's tables that every database has."""

from shared.migrations.runner import migrate, run_env

__all__ = ["migrate", "run_env"]
