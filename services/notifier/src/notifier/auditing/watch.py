"""Who watches the auditor: its heartbeat as metrics, read from the database by every process."""

import asyncio

from sqlalchemy.exc import DBAPIError

from notifier.auditing import repository
from notifier.auditing.domain import AlertAudit
from shared.errors import TRANSIENT, is_transient
from shared.service import Runtime

EVERY_SECONDS = 15.0
PERHAPS_PASSING: tuple[type[BaseException], ...] = (DBAPIError, *TRANSIENT)
# Before the first heartbeat is seen nothing is known, which must not look like health.
# Finite, as telemetry drops what is not: thirty years.
NEVER = 1e9


async def watch_auditor(runtime: Runtime) -> None:
    """As a task of the service."""
    seen: list[AlertAudit] = []

    def age() -> float:
        return (runtime.clock.now() - seen[-1].swept_at).total_seconds() if seen else NEVER

    runtime.metrics.gauge("lead.alerts.audit_age", "s", age)
    runtime.metrics.gauge("lead.alerts.open", "{alert}", lambda: seen[-1].open if seen else 0)
    runtime.metrics.gauge("lead.alerts.stuck", "{alert}", lambda: seen[-1].stuck if seen else 0)
    while True:
        try:
            async with runtime.work_database.transaction() as tx:
                found = await repository.find_heartbeat(tx)
        except PERHAPS_PASSING as error:
            if not is_transient(error):
                raise
            found = None
        seen[:] = [found] if found else seen
        await asyncio.sleep(EVERY_SECONDS)
