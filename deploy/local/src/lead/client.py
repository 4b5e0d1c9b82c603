"""How the command line talks to a running system: one client, and refusals in plain words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx

from lead.errors import Failure

TIMEOUT_SECONDS = 60
PAGE = 200


class Refused(Failure):
    """The system answered with a problem document (RFC 9457); the text says what and where."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.problem = _problem_of(response)
        super().__init__("\n".join(describe(self.problem)))

    @classmethod
    def check(cls, response: httpx.Response) -> httpx.Response:
        """Returns the response when it is a success. Raises Refused."""
        if response.is_success:
            return response
        raise cls(response)


class Unreachable(Failure):
    """Nobody answers at the address."""


def describe(problem: dict[str, Any]) -> Iterator[str]:
    """A problem document in lines for a person."""
    detail = problem.get("detail") or "no reason was given."
    yield f"{problem.get('status', '')} {problem.get('title', 'Error')}: {detail}".strip()
    for error in problem.get("errors") or ():
        yield f"  {error.get('pointer') or '/'}: {error.get('hint')} ({error.get('code')})"
    if problem.get("trace_id"):
        yield f"  trace {problem['trace_id']}"


def _problem_of(response: httpx.Response) -> dict[str, Any]:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    return {"status": response.status_code, "title": response.reason_phrase} | problem


def read_token(path: Path) -> str:
    """The bearer token in a file, without what an editor may have left around it."""
    return path.read_text().strip().removeprefix("Bearer ").strip()


class Api:
    """A caller of the REST APIs behind one address, with one token."""

    def __init__(
        self, url: str, token: str, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._url = url
        self._http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **params: Any) -> Any:
        """The JSON at a path. Raises Refused or Unreachable."""
        return self._request("GET", path, params={k: v for k, v in params.items() if v is not None})

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON answered to a body. Raises Refused or Unreachable."""
        return self._request("POST", path, json=body)

    def send(self, path: str, body: bytes, media_type: str, **params: Any) -> Any:
        """The JSON answered to a file. Raises Refused or Unreachable."""
        headers = {"Content-Type": media_type}
        return self._request("POST", path, content=body, headers=headers, params=params)

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page."""
        cursor = None
        while True:
            page = self.get(path, limit=PAGE, cursor=cursor, **params)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def _request(self, method: str, path: str, **options: Any) -> Any:
        try:
            response = self._http.request(method, path, **options)
        except httpx.TransportError as error:
            raise Unreachable(f"Nobody answers at {self._url} ({type(error).__name__}).") from error
        return Refused.check(response).json()
