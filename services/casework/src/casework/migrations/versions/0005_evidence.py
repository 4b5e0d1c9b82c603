"""Why a match is thought to be one, kept with its review; people are found by narrower keys."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from casework.matching.domain import read_names
from casework.matching.identity import Identity, search_keys

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PEOPLE = sa.text(
    "SELECT participant_key, site, names, dob FROM person"
    " WHERE participant_key > :after ORDER BY participant_key LIMIT 1000"
)


def upgrade() -> None:
    """Add the column; find everybody on file under the new keys."""
    op.execute("ALTER TABLE identity_review ADD COLUMN evidence jsonb")
    op.execute("TRUNCATE person_key")
    after = ""
    while page := op.get_bind().execute(_PEOPLE, {"after": after}).all():
        _add_keys(page)
        after = page[-1].participant_key


def _add_keys(people: Sequence[Any]) -> None:
    rows = [
        {"site": person.site, "key": key, "participant_key": person.participant_key}
        for person in people
        for key in search_keys(Identity(read_names(person.names), person.dob))
    ]
    if rows:
        op.get_bind().execute(
            sa.text(
                "INSERT INTO person_key (site, key, participant_key)"
                " VALUES (:site, :key, :participant_key)"
            ),
            rows,
        )
