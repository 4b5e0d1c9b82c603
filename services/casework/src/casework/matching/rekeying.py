"""Finds everybody on file under the keys of this release; migrations call it when keys change."""

from typing import Any

import sqlalchemy as sa

from casework.matching.domain import read_names
from casework.matching.identity import Identity, search_keys

_PEOPLE = sa.text(
    "SELECT participant_key, site, names, dob FROM person"
    " WHERE participant_key > :after ORDER BY participant_key LIMIT 1000"
)
_ADD = sa.text(
    "INSERT INTO person_key (site, key, participant_key) VALUES (:site, :key, :participant_key)"
)


def rekey(connection: sa.Connection) -> None:
    """In pages, in the migration's transaction."""
    connection.execute(sa.text("TRUNCATE person_key"))
    after = ""
    while people := connection.execute(_PEOPLE, {"after": after}).all():
        if rows := [row for person in people for row in _rows(person)]:
            connection.execute(_ADD, rows)
        after = people[-1].participant_key


def _rows(person: Any) -> list[dict[str, str]]:
    keys = search_keys(Identity(read_names(person.names), person.dob))
    return [
        {"site": person.site, "key": k, "participant_key": person.participant_key} for k in keys
    ]
