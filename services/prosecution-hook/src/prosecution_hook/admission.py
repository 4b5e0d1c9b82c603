"""Which prosecutors are let in: those whose office is an approved partner of the site."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends

from prosecution_hook.offices import OfficeCaller
from prosecution_hook.partners.handlers import admit
from shared.callers import Caller, require
from shared.idempotency import Tx
from shared.page_session import require_page


def approved(
    *roles: str, gate: Callable[..., Callable[..., Any]] = require
) -> Callable[..., Coroutine[Any, Any, OfficeCaller]]:
    """`require` for prosecutors, at those of their sites where their office is approved.

    Asked before anything is looked up, so that the refusal says nothing of any participant.
    """

    async def admitted(caller: Annotated[Caller, Depends(gate(*roles))], tx: Tx) -> OfficeCaller:
        return await admit(caller, tx)

    return admitted


def approved_on_pages(*roles: str) -> Callable[..., Coroutine[Any, Any, OfficeCaller]]:
    """The same for pages."""
    return approved(*roles, gate=require_page)
