"""A service in one value, and the process that runs it: the same skeleton for all four."""

import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, FastAPI

from shared import (
    api_docs,
    audit_trail,
    operations,
    operations_pages,
    pages,
    problem_pages,
    problems,
    signin,
    site_zones,
    sites,
)
from shared.audit import sweep_audit
from shared.bodies import Bodies
from shared.callers import TokenVerifier
from shared.clock import Clock, SystemClock
from shared.config import ServiceSettings
from shared.consumer import Consumer
from shared.database import Database
from shared.fact_metrics import FactMetrics
from shared.forgetting import KIND as FORGET
from shared.forgetting import on_forget_due
from shared.housekeeping import KIND, Sweep, housekeeper
from shared.http_telemetry import HttpTelemetry
from shared.intake import Intake
from shared.joining import Joining
from shared.messages import Subscriptions, check_subscriptions
from shared.openapi import DocumentedApp
from shared.rate_limit import RateLimiter, RateLimitHeaders
from shared.relay import Relay
from shared.sealing import KeyRing
from shared.supervisor import Supervisor, end_process
from shared.telemetry import SpineMetrics, Telemetry, configure_logging, new_telemetry
from shared.timers import TimerHandlers, TimerWheel
from shared.watchdog import watch


@dataclass(frozen=True)
class Service:
    """What makes a service itself. `tasks` are background loops beyond the common ones; `sweeps`
    forget what is past its time (shared/housekeeping.py)."""

    name: str
    purpose: str
    routers: Sequence[APIRouter] = ()
    subscriptions: Subscriptions = field(default_factory=dict)
    timers: TimerHandlers = field(default_factory=dict)
    takes_reports: bool = False
    sweeps: Sequence[Sweep] = ()
    tasks: Sequence[Callable[["Runtime"], Coroutine[Any, Any, None]]] = ()


@dataclass
class Runtime:
    """What a running service consists of; routes and tasks find it at `app.state.runtime`."""

    service: Service
    settings: ServiceSettings
    clock: Clock
    ring: KeyRing
    telemetry: Telemetry
    metrics: SpineMetrics
    # The second is the same database for everything that runs by itself, over a pool of its own:
    # requests that use up theirs must not stop alerts.
    database: Database
    work_database: Database
    relay: Relay
    consumer: Consumer | None
    timers: TimerWheel
    intake: Intake | None
    supervisor: Supervisor
    joining: Joining
    draining: bool = False


# What every service offers.
_SEEN_BY_PEOPLE = (operations_pages, signin, problem_pages, pages)
OURS = (operations.router, audit_trail.router, *(module.router for module in _SEEN_BY_PEOPLE))


def create_app(
    service: Service,
    settings: ServiceSettings,
    *,
    clock: Clock | None = None,
    on_failure: Callable[[], None] = end_process,
) -> FastAPI:
    """The service's ASGI app. Start-up needs neither Kafka nor any other service to be up."""
    configure_logging(settings.log_level)
    sites.deploy_zones(settings.site_time_zones)
    runtime = _assemble(service, settings, clock or SystemClock(), on_failure)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(_stop, runtime)
            await site_zones.read_zones_or_go_on(runtime.database)
            _start(runtime)
            yield
            runtime.draining = True

    app = DocumentedApp(
        title=f"Throughline {service.name}",
        description=service.purpose,
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # FastAPI's own costs more per request than ours and records addresses: http_telemetry does.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    # Set, not passed: the argument is deprecated for servers' own settings, of which the embedded
    # default, where one server runs four apps, has only one.
    app.root_path = settings.root_path
    app.state.runtime = runtime
    app.state.verifier = TokenVerifier(settings)
    _set_limits(app, settings, runtime.clock)
    app.add_middleware(
        HttpTelemetry,
        tracer=runtime.telemetry.tracer,
        meter=runtime.telemetry.meter,
        skipped=operations.PROBES,
    )
    api_docs.install(app)
    problems.install(app)
    problem_pages.install(app)
    for router in (*service.routers, *OURS):
        app.include_router(router)
    return app


def _set_limits(app: FastAPI, settings: ServiceSettings, clock: Clock) -> None:
    app.state.limiter = RateLimiter(settings.rate_limit_per_minute, clock)
    app.state.bad_tokens = RateLimiter(settings.bad_tokens_per_minute, clock)
    app.state.bodies = Bodies(settings.body_timeout_seconds)
    app.add_middleware(RateLimitHeaders)


def _assemble(
    service: Service, settings: ServiceSettings, clock: Clock, on_failure: Callable[[], None]
) -> Runtime:
    ring = KeyRing.from_file(settings.key_ring_file)
    check_subscriptions(service.subscriptions, ring)
    telemetry = new_telemetry(service.name, settings.trace_sample_ratio)
    metrics, tracer = SpineMetrics(telemetry.meter), telemetry.tracer
    database = Database(
        settings.database_url, ring, clock=clock, pool_size=settings.database_pool_size
    )
    database.on_facts = FactMetrics(telemetry.meter, service.name).committed
    work = database.apart(settings.database_work_pool_size)
    timers = {
        **service.timers,
        FORGET: on_forget_due,
        KIND: housekeeper(settings, (sweep_audit, *service.sweeps)),
    }
    consumer = (
        Consumer(work, settings, service.name, service.subscriptions, metrics, tracer)
        if service.subscriptions
        else None
    )
    return Runtime(
        service=service,
        settings=settings,
        clock=clock,
        ring=ring,
        telemetry=telemetry,
        metrics=metrics,
        database=database,
        work_database=work,
        relay=Relay(database, settings, service.name, metrics),
        consumer=consumer,
        timers=TimerWheel(work, timers, metrics, tracer),
        intake=Intake(database, settings.intake_queue_limit) if service.takes_reports else None,
        supervisor=Supervisor(on_failure),
        joining=Joining(database, settings, service.subscriptions),
    )


def _start(runtime: Runtime) -> None:
    """Start in the order in which work flows out, so that stopping in reverse loses nothing."""
    start = runtime.supervisor.start
    start("relay", runtime.relay.run(), stop=runtime.relay.stop)
    start("site-zones", site_zones.follow_zones(runtime.database))
    for task in runtime.service.tasks:
        start(task.__name__, task(runtime))
    start("timers", runtime.timers.run())
    if runtime.consumer:
        start("consumer", runtime.consumer.run(), stop=runtime.consumer.stop)
        start("consumer-watch", watch(runtime.consumer))
    if runtime.intake:
        start("intake", runtime.intake.run(), stop=runtime.intake.stop)
    start("gauges", operations.refresh_gauges(runtime))
    # What exists now lives as long as the process: keep it out of every collection.
    gc.freeze()


async def _stop(runtime: Runtime) -> None:
    await runtime.supervisor.stop()
    await runtime.work_database.close()
    await runtime.database.close()
    runtime.telemetry.shutdown()
