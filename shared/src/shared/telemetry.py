"""Logs, traces and metrics: JSON lines with trace ids, OTLP when configured, Prometheus always.

Nothing here may carry personal data: log calls pass ids, counts, codes and class names only.
"""

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry

_propagator = TraceContextTextMapPropagator()


@dataclass(frozen=True)
class Telemetry:
    """One service's providers. Several services may share a process, so none is global."""

    tracer_provider: TracerProvider
    meter_provider: MeterProvider
    registry: CollectorRegistry

    @property
    def tracer(self) -> Tracer:
        return self.tracer_provider.get_tracer("throughline")

    @property
    def meter(self) -> Meter:
        return self.meter_provider.get_meter("throughline")

    def shutdown(self) -> None:
        self.tracer_provider.shutdown()
        self.meter_provider.shutdown()


def new_telemetry(service: str, sample_ratio: float) -> Telemetry:
    """Traces go to OTLP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set; metrics wait for a scrape."""
    resource = Resource.create({"service.name": service, "service.namespace": "throughline"})
    sampler = ParentBased(TraceIdRatioBased(sample_ratio))
    tracers = TracerProvider(resource=resource, sampler=sampler)
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        # Half a second and ten megabytes, which only who exports should pay.
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        # A collector that is away must not keep the process from ending in time.
        tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(timeout=3)))
    registry = CollectorRegistry()
    reader = PrometheusMetricReader(registry=registry, scope_info_enabled=False)
    meters = MeterProvider(resource=resource, metric_readers=[reader])
    return Telemetry(tracers, meters, registry)


class SpineMetrics:
    """What ops watch: is anything stuck, repeated, or set aside?"""

    def __init__(self, meter: Meter) -> None:
        self.published = meter.create_counter("lead.outbox.published", unit="{event}")
        self.handled = meter.create_counter("lead.inbox.handled", unit="{event}")
        self.duplicates = meter.create_counter("lead.inbox.duplicates", unit="{event}")
        self.skipped = meter.create_counter("lead.consumer.skipped", unit="{event}")
        self.dead_letters = meter.create_counter("lead.dead_letters", unit="{event}")
        self.timers = meter.create_counter("lead.timers.fired", unit="{timer}")
        self.reports = meter.create_counter("lead.intake.reports", unit="{report}")
        self.throttled = meter.create_counter("lead.http.throttled", unit="{request}")
        self._meter = meter
        self._read: dict[str, list[tuple[Callable[[], float | None], dict[str, str]]]] = {}

    def gauge(
        self, name: str, unit: str, read: Callable[[], float | None], **attributes: str
    ) -> None:
        """A number read at every scrape, absent while it is None.

        One name may have several, told apart by `attributes`.
        """
        readers = self._read.setdefault(name, [])
        readers.append((read, attributes))

        def observe(_: CallbackOptions) -> Iterable[Observation]:
            values = [(value(), about) for value, about in readers]
            return [Observation(value, about) for value, about in values if value is not None]

        if len(readers) == 1:
            self._meter.create_observable_gauge(name, [observe], unit=unit)


@contextmanager
def remote_span(
    tracer: Tracer, name: str, traceparent: str | None, kind: SpanKind, **attributes: Any
) -> Iterator[Span]:
    """A span that continues the trace which a message or a stored row carries."""
    carrier = {"traceparent": traceparent} if traceparent else {}
    parent = _propagator.extract(carrier)
    token = otel_context.attach(parent)
    try:
        origin = trace.get_current_span()
        known = origin.get_span_context()
        if known.is_valid and not known.trace_flags.sampled:
            # What began unsampled stays so: its parent stands in for a span that nobody records.
            yield origin
            return
        # Exceptions may quote data: record their class, never their text.
        with tracer.start_as_current_span(
            name,
            kind=kind,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield span
    finally:
        otel_context.detach(token)


def _add_trace_ids(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = f"{span.trace_id:032x}"
        event["span_id"] = f"{span.span_id:016x}"
    return event


def configure_logging(level: str = "INFO") -> None:
    """JSON lines on standard output, our own and the libraries' alike."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace_ids,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    # A failure to log would print what was to be logged.
    logging.raiseExceptions = False
    handler = _StandardOutput()
    handler.addFilter(_without_arguments)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_exception_text,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level)
    # Uvicorn's own handlers would print what an exception says.
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for noisy in ("aiokafka", "httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _StandardOutput(logging.Handler):
    """Writes to whatever standard output is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


def _without_arguments(record: logging.LogRecord) -> bool:
    """A library's arguments and further lines may quote data: keep its first line and numbers."""
    if isinstance(record.msg, dict):
        # One of ours, as structlog hands it over.
        return True
    record.msg = str(record.msg).split("\n", 1)[0]
    if record.name.startswith("uvicorn") and record.levelno < logging.WARNING:
        # Where it listens, that it starts and stops.
        return True
    if isinstance(record.args, Mapping):
        record.args = {name: _number_or_type(value) for name, value in record.args.items()}
    else:
        record.args = tuple(_number_or_type(value) for value in record.args or ())
    return True


def _number_or_type(value: object) -> object:
    return value if isinstance(value, int | float) else f"<{type(value).__name__}>"


def _without_exception_text(
    _: Any, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """A driver's error text can quote a row: keep the class and where it was raised."""
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        frame = info[2]
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        event["error"] = info[0].__name__
        if frame is not None:
            event["at"] = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
    return event
