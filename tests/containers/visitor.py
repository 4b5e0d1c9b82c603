"""A browser without a screen or script, at the running project's one address."""

import re
from html import unescape
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

# What people write in the address line (PUBLIC_URL); where it is published may differ.
ADDRESS = "http://throughline.localhost:8080"
MOST_REDIRECTS = 10


class Visitor:
    """Goes where links lead, and keeps cookies as a browser does that trusts localhost."""

    def __init__(self, published: str) -> None:
        self._http = httpx.AsyncClient(base_url=published, timeout=30)
        self._cookies: dict[str, str] = {}
        self.url = ADDRESS

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def open(self, address: str, form: dict[str, str] | None = None) -> httpx.Response:
        """The page that an address leads to; a form is sent, what follows is fetched."""
        for _ in range(MOST_REDIRECTS):
            response = await self._ask(address, form)
            if not response.has_redirect_location:
                return response
            address, form = response.headers["location"], None
        raise AssertionError(f"in circles at {self.url}")

    async def sign_in(self, page: httpx.Response, name: str, password: str) -> httpx.Response:
        """Fill in the provider's form, and go where that leads."""
        found = re.search(r'<form[^>]*\saction="([^"]+)"', page.text)
        assert found is not None, page.text
        return await self.open(unescape(found.group(1)), {"username": name, "password": password})

    async def _ask(self, address: str, form: dict[str, str] | None) -> httpx.Response:
        self.url = urljoin(self.url, address)
        assert self.url.startswith(f"{ADDRESS}/"), f"sent elsewhere: {self.url}"
        headers = {"Host": ADDRESS.removeprefix("http://")}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self._cookies.items())
        method, path = "GET" if form is None else "POST", self.url.removeprefix(ADDRESS)
        response = await self._http.request(method, path, data=form, headers=headers)
        for line in response.headers.get_list("set-cookie"):
            self._cookies |= {name: kept.value for name, kept in SimpleCookie(line).items()}
        return response
