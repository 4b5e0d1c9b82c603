"""Which faults pass by themselves, and which will never."""

import itertools

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.errors import MAX_ERRORS, Conflict, FieldError, Invalid, is_transient, kind_of


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


def test_a_group_passes_when_all_of_it_does() -> None:
    """Task groups wrap what their tasks raise, at any depth; a bug among it is a bug."""
    pool, bug = PoolTimeout("pool"), ValueError()
    assert is_transient(ExceptionGroup("", [pool]))
    assert is_transient(ExceptionGroup("", [ExceptionGroup("", [pool]), TimeoutError()]))
    assert not is_transient(ExceptionGroup("", [pool, bug]))
    assert kind_of(ExceptionGroup("", [ExceptionGroup("", [pool])])) == "TimeoutError"


def test_a_list_of_faults_ends() -> None:
    """Nor is an iterator read any further than it must be."""
    faults = (FieldError(f"/{n}", "wrong", "") for n in itertools.count())
    assert len(Invalid(errors=faults).errors) == MAX_ERRORS
