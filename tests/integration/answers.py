"""What a caller sees of an answer, to compare two of them."""

import httpx

# The time, and how many requests the caller has left: its own doing, whatever it asked about.
COUNTED = ("date", "ratelimit-remaining", "ratelimit-reset")


def headers_seen(answer: httpx.Response) -> tuple[tuple[str, str], ...]:
    """Every header in its order, but for those that count the caller's own requests."""
    return tuple(header for header in answer.headers.items() if header[0] not in COUNTED)
