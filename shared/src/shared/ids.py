"""Identifiers: time-ordered for records, random for people."""

import secrets
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7: later ids sort after earlier ones, which keeps indexes compact."""
    return uuid_utils.compat.uuid7()


def new_participant_key() -> str:
    """Random on purpose: a time-ordered key would tell when somebody enrolled."""
    return f"p_{secrets.token_hex(12)}"
