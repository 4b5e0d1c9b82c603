"""The timer that confirms consents; each round sets the next."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(
        "INSERT INTO timer (id, kind, subject, due_at)"
        " VALUES (gen_random_uuid(), 'confirm-consents', 'all', now())"
    )
