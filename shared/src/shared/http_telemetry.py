"""One span and one measurement per HTTP request: the route's template, never the address.

FastAPI's own telemetry does more per request than the hot path's own work, and records what
clients put into addresses. This is what remains when both are taken away.
"""

import time

from opentelemetry.metrics import Meter
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import remote_span

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Seconds; close together where the promises are.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class HttpTelemetry:
    """ASGI middleware. `skipped` are path endings that are probed too often to be worth a span."""

    def __init__(
        self, app: ASGIApp, *, tracer: Tracer, meter: Meter, skipped: tuple[str, ...]
    ) -> None:
        self._app, self._tracer, self._skipped = app, tracer, skipped
        self._duration = meter.create_histogram(
            "http.server.request.duration",
            unit="s",
            explicit_bucket_boundaries_advisory=BUCKETS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].endswith(self._skipped):
            await self._app(scope, receive, send)
            return
        started, answer = time.perf_counter(), _Answer(send)
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        traceparent = next((v for n, v in scope["headers"] if n == b"traceparent"), b"")
        parent = traceparent.decode("latin-1") or None
        with remote_span(self._tracer, method, parent, SpanKind.SERVER) as span:
            try:
                await self._app(scope, receive, answer)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                attributes = {
                    "http.request.method": method,
                    "http.route": route,
                    "http.response.status_code": answer.status,
                }
                if span.is_recording():
                    span.update_name(f"{method} {route}")
                    span.set_attributes(attributes)
                    if answer.status >= 500:
                        span.set_status(Status(StatusCode.ERROR))
        if not answer.is_stream:
            self._duration.record(time.perf_counter() - started, attributes)


class _Answer:
    """Passes messages on and remembers the status; an answer that never began counts as 500."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status, self.is_stream = 500, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            # How long somebody keeps a page open is not a response time.
            self.is_stream = any(v.startswith(b"text/event-stream") for _, v in message["headers"])
        await self._send(message)
