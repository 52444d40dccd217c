"""Every series as text, with figures of the database that are seconds old."""

import asyncio
from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.domain.errors import CarillonError
from bot.metrics.gauges import Gauges
from bot.service.ports.outside import Database
from bot.service.records.figures import figures

log = structlog.get_logger(__name__)

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
#: seconds that figures are kept: several may scrape
FRESH = 5.0
#: seconds that the database may take for them
PATIENCE = 5.0


class MetricsPage:
    def __init__(
        self, registry: CollectorRegistry, gauges: Gauges, database: Database
    ) -> None:
        self._registry = registry
        self._gauges = gauges
        self._database = database
        self._clock: Callable[[], float] = asyncio.get_running_loop().time
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        registry.register(gauges)
        ProcessCollector(registry=registry)

    async def text(self) -> bytes:
        async with self._reading:
            if self._clock() - self._read_at >= FRESH:
                await self._read()
        return generate_latest(self._registry)

    async def _read(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                self._gauges.figures = await self._database.read(figures)
        except (CarillonError, TimeoutError) as error:
            # Said at each look, so not loudly: the series says it, too.
            log.debug("no figures from the database", error=str(error))
            self._gauges.figures = None
        self._read_at = self._clock()
