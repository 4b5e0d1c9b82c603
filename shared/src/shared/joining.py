"""Whether a service has once reached the broker with its present settings.

`/readyz` asks for that before it lets requests in: a release with a wrong password must not replace
one that works. It is stored, so that a process that restarts during an outage of the broker takes
requests too.
"""

import structlog

from shared.config import ServiceSettings
from shared.database import Database
from shared.errors import is_transient, kind_of
from shared.messages import Subscriptions

_REMEMBER = "INSERT INTO kafka_join (settings, joined_at) VALUES ($1, $2) ON CONFLICT DO NOTHING"
_RECALL = "SELECT true FROM kafka_join WHERE settings = $1"

log = structlog.get_logger()


class Joining:
    """Remembers, per digest of the settings and topics, that broker and consumer were there."""

    def __init__(
        self, database: Database, settings: ServiceSettings, subscriptions: Subscriptions
    ) -> None:
        self._database, self._settings = database, settings
        self._topics = sorted({event.topic for event in subscriptions})
        self._joined = False

    async def joined(self, *, connected: bool) -> bool:
        """True once `connected` was, in this process or in an earlier one with these settings."""
        if not self._joined:
            try:
                self._joined = await self._remember() if connected else await self._recall()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("joining.unavailable", error=kind_of(error))
                return connected
        return self._joined

    async def _remember(self) -> bool:
        async with self._database.transaction() as tx:
            await tx.raw.execute(_REMEMBER, self._digest(), tx.now)
        return True

    async def _recall(self) -> bool:
        async with self._database.transaction() as tx:
            return bool(await tx.raw.fetchval(_RECALL, self._digest()))

    def _digest(self) -> bytes:
        settings = self._settings
        authority = settings.kafka_ca_file.read_text() if settings.kafka_ca_file else ""
        return self._database.ring.digest(
            "kafka-join",
            settings.kafka_bootstrap_servers,
            settings.kafka_security_protocol,
            settings.kafka_username or "",
            settings.kafka_password or "",
            authority,
            *self._topics,
        )
