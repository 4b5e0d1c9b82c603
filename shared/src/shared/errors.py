# DomainError                409  a rule was broken; `code` is its stable slug
# ├── Malformed              400  the body is not what its media type says
# ├── Unauthenticated        401  no valid bearer token or session
# ├── Forbidden              403  the caller's role, site or source does not allow it
# ├── NotFound               404
# ├── TooSlow                408  the body did not arrive in time
# ├── Conflict               409  contradicts what is already recorded
# ├── Gone                   410  erased or retracted
# ├── PreconditionFailed     412  edited by somebody else since it was read
# ├── TooLarge               413  the body is larger than this route takes
# ├── Invalid                422  well-formed, but a field breaks a rule
# ├── TooManyRequests        429  this client has used up its minute
# └── Overloaded             503  try again after `retry_after` seconds
"""Errors that a caller can act on. Their texts never repeat what was sent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# A list of faults is for a person to read: more of them cost time, and help nobody.
MAX_ERRORS = 50


@dataclass(frozen=True)
class FieldError:
    """One field's fault: `pointer` is an RFC 6901 JSON pointer into the body."""

    pointer: str
    code: str
    hint: str


class DomainError(Exception):
    """A rule of the domain forbids this request in the present state."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "rule-broken"

    def __init_subclass__(cls) -> None:
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Iterable[FieldError] = (),
        retry_after: int | None = None,
    ) -> None:
        """Of `errors` the first `MAX_ERRORS` are taken; an iterator is not read any further."""
        self.detail = detail or (type(self).__doc__ or "").split("\n")[0]
        self.errors = tuple(islice(errors, MAX_ERRORS))
        self.retry_after = retry_after
        super().__init__(f"{self.code}: {self.detail}")


class Malformed(DomainError):
    """The body could not be read."""

    status = 400


class Unauthenticated(DomainError):
    """Send a valid bearer token, or sign in."""

    status = 401


class Forbidden(DomainError):
    """The role, site or source of this caller does not allow the request."""

    status = 403


class NotFound(DomainError):
    """Nothing here for this caller."""

    status = 404


class TooSlow(DomainError):
    """The body did not arrive in time: send it again, over a better connection or in parts."""

    status = 408


class Conflict(DomainError):
    """The request contradicts what is already recorded."""

    status = 409


class Gone(DomainError):
    """The record was erased or retracted."""

    status = 410


class PreconditionFailed(DomainError):
    """Somebody else edited this since it was read: read it again, then repeat the change."""

    status = 412


class TooLarge(DomainError):
    """The body is larger than this route takes: send it in parts."""

    status = 413


class Invalid(DomainError):
    """One or more fields cannot be accepted; `errors` names each and says what to do."""

    status = 422


class TooManyRequests(DomainError):
    """Rate limit exceeded; retry after the time in Retry-After."""

    status = 429


class Overloaded(DomainError):
    """The service has more work than it can take right now: repeat the request later."""

    status = 503


# Faults of the surroundings, not of the message or the request: the same work may succeed later.
TRANSIENT: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # The driver's own state, when a connection is lost in the middle of something.
    asyncpg.InternalClientError,
    # Disk, memory or connections are used up; the server restarts, fails over or refuses us.
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,
    # The schema is older than the code, for as long as a roll-out lasts.
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
)


def is_transient(error: BaseException) -> bool:
    """True when the same work may succeed later; for a group, when that is true of every member."""
    for cause in _causes(error):
        if isinstance(cause, BaseExceptionGroup):
            return all(is_transient(member) for member in cause.exceptions)
        if isinstance(cause, TRANSIENT):
            return True
    return False


def kind_of(error: BaseException) -> str:
    """What a log may say of an error: the class of its innermost cause, never its text."""
    innermost = list(_causes(error))[-1]
    if isinstance(innermost, BaseExceptionGroup):
        return kind_of(innermost.exceptions[0])
    return type(innermost).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what is behind it: SQLAlchemy wraps the driver's."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.orig if isinstance(cause, DBAPIError) else cause.__cause__
