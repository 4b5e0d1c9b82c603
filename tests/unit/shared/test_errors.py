"""Which faults pass by themselves, and which will never."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import Conflict, is_transient


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(), TimeoutError(), PoolTimeout("pool"),
        asyncpg.ConnectionDoesNotExistError(), asyncpg.InterfaceError("closed"),
        asyncpg.AdminShutdownError(), asyncpg.CannotConnectNowError(), asyncpg.DiskFullError(),
        asyncpg.TooManyConnectionsError(), asyncpg.QueryCanceledError(),
        asyncpg.SerializationError(), asyncpg.DeadlockDetectedError(),
        asyncpg.ReadOnlySQLTransactionError(), asyncpg.UndefinedTableError(),
        asyncpg.InternalClientError("another operation"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_a_fault_of_the_surroundings_passes(error: Exception) -> None:
    """Retried in place: dead letters are for messages that can never succeed."""
    assert is_transient(error)
    wrapped = DBAPIError("statement", {}, error)
    assert is_transient(wrapped)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(), KeyError("x"), Conflict(), asyncpg.UniqueViolationError(),
        asyncpg.NumericValueOutOfRangeError(), asyncpg.CharacterNotInRepertoireError(),
        asyncpg.InFailedSQLTransactionError(), asyncpg.DataError("value out of range"),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
def test_a_fault_of_the_message_does_not(error: Exception) -> None:
    """It would block its partition for ever."""
    assert not is_transient(error)
