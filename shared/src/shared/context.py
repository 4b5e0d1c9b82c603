"""What surrounds the work in hand: its trace, its correlation, and the event that caused it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()


@dataclass(frozen=True, slots=True)
class WorkContext:
    """`correlation_id` stays the same along a chain of events; `causation_id` is the last one's."""

    correlation_id: str | None = None
    causation_id: str | None = None

    @staticmethod
    def traceparent() -> str | None:
        """The current span in W3C form, or None outside any trace."""
        if not trace.get_current_span().get_span_context().is_valid:
            return None
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        return carrier.get("traceparent")


_current: ContextVar[WorkContext] = ContextVar("work_context", default=WorkContext())  # noqa: B039 - it is frozen


def current() -> WorkContext:
    return _current.get()


@contextmanager
def working_on(correlation_id: str | None, causation_id: str | None) -> Iterator[None]:
    """Everything published inside belongs to this correlation and has this cause."""
    token = _current.set(WorkContext(correlation_id, causation_id))
    try:
        yield
    finally:
        _current.reset(token)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A work context and a span, to come back to."""

    work: WorkContext
    span: Context

    @classmethod
    def here(cls) -> "Surroundings":
        return cls(_current.get(), otel_context.get_current())

    @contextmanager
    def again(self) -> Iterator[None]:
        """Everything inside belongs to what was going on when these were taken."""
        work, span = _current.set(self.work), otel_context.attach(self.span)
        try:
            yield
        finally:
            otel_context.detach(span)
            _current.reset(work)
