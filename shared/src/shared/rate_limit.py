"""So many requests a minute for each client, and every answer says how many are left.

Tokens that are not valid are counted by address, and say nothing of an allowance.

Counted per process and by whom the token names, so that a new token brings no new allowance. The
headers are those of the IETF's draft in the form that clients know: limit, remaining, seconds.
"""

from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import Clock
from shared.errors import TooManyRequests

WINDOW_SECONDS = 60
# Clients whose requests are counted in one window; more are taken together.
MOST_CLIENTS = 50_000
_STATE = "rate_standing"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a client has left in this window."""

    limit: int
    remaining: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


class RateLimiter:
    """Counts by client, in windows of a minute that are the same for all."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit, self._clock = limit, clock
        self._window = 0
        self._counts: dict[str, int] = {}

    def take(self, client: str) -> Standing:
        """One request of this client; `remaining` is below zero when it was one too many."""
        window, passed = divmod(int(self._clock.now().timestamp()), WINDOW_SECONDS)
        if window != self._window:
            self._window, self._counts = window, {}
        if client not in self._counts and len(self._counts) >= MOST_CLIENTS:
            client = ""
        count = self._counts[client] = self._counts.get(client, 0) + 1
        return Standing(self._limit, self._limit - count, WINDOW_SECONDS - passed)


def limit(request: Request, client: str) -> None:
    """Count the request, and note what its answer is to say. Raises TooManyRequests.

    Only a client's first refusal in a window goes into the audit trail: a record for each would
    make a refusal dearer than the request that is refused.
    """
    limiter: RateLimiter | None = getattr(request.app.state, "limiter", None)
    if limiter is None:
        return
    standing = limiter.take(client)
    over = standing.remaining < 0
    setattr(
        request.state, _STATE, Standing(standing.limit, max(0, standing.remaining), standing.reset)
    )
    if over:
        request.state.unrecorded = standing.remaining < -1
        raise _refused(request, standing)


def limit_bad_tokens(request: Request) -> None:
    """Count a token that was refused. Raises TooManyRequests when this address sent too many."""
    limiter: RateLimiter | None = getattr(request.app.state, "bad_tokens", None)
    if limiter is None or request.client is None:
        return
    standing = limiter.take(request.client.host)
    if standing.remaining < 0:
        raise _refused(request, standing)


def _refused(request: Request, standing: Standing) -> TooManyRequests:
    if (runtime := getattr(request.app.state, "runtime", None)) is not None:
        runtime.metrics.throttled.add(1)
    return TooManyRequests(retry_after=standing.reset)


class RateLimitHeaders:
    """ASGI middleware: puts the standing on the answer, whatever the answer is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def answer(message: Message) -> None:
            standing = state.get(_STATE)
            if standing is not None and message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(standing.headers)
            await send(message)

        await self._app(scope, receive, answer)
