"""What may be called because somebody typed it in."""

import asyncio
from typing import Any

import pytest

from shared import egress
from shared.egress import AddressNotPublic, UrlRefused, is_public, read_url, resolve

PUBLIC = "93.184.215.14"


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07::1", "::ffff:93.184.215.14"])
def test_the_internet_is_public(address: str) -> None:
    """Ordinary addresses of both kinds."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104 - refused, not bound
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
    ],
)
def test_what_only_looks_public_is_not(address: str) -> None:
    """Loopback, private, metadata, and the ways of writing one of them as something else."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org",
        "http://hooks.example.org/in",
        "ftp://hooks.example.org/in",
        "https://",
        "https:///in",
        "https://user:secret@hooks.example.org/",
        "https://hooks.example.org\\@10.0.0.1/",
        "https://hooks.example.org/#part",
        "https://hooks.example.org:99999/",
        "https://[::1/",
        "https://hooks.example.org/\x00",
        "https://hooks.example.org/\n",
        "https://höoks.example.org/",
        "https://localhost/",
        "https://printer.local/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://hooks.example.org/" + "a" * 2_000,
    ],
)
def test_a_url_that_nobody_should_call_is_refused(url: str) -> None:
    """By its letters alone, with a hint of what to do."""
    with pytest.raises(UrlRefused) as refusal:
        read_url(url, private_allowed=False)
    (error,) = refusal.value.errors
    assert (error.pointer, error.code) == ("/url", "url")
    assert error.hint.startswith(("Use ", "This is not"))


@pytest.mark.parametrize(
    ("url", "authority", "called"),
    [
        ("https://hooks.example.org/in?a=b", "hooks.example.org", f"https://{PUBLIC}/in?a=b"),
        ("https://Hooks.Example.org:8443", "hooks.example.org:8443", f"https://{PUBLIC}:8443/"),
        ("https://[2606:2800::1]/x", "[2606:2800::1]", f"https://{PUBLIC}/x"),
    ],
)
def test_a_target_keeps_its_name_and_is_called_by_address(
    url: str, authority: str, called: str
) -> None:
    """The Host header has the name, the connection the address that was judged."""
    target = read_url(url, private_allowed=False)
    assert target.authority == authority
    assert target.at(PUBLIC) == called
    assert target.at("2606:2800::2").startswith("https://[2606:2800::2]")


def test_the_embedded_default_may_call_this_machine() -> None:
    """Where receivers are on the same machine, and only there."""
    assert read_url("http://127.0.0.1:9/x", private_allowed=True).authority == "127.0.0.1:9"


async def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", (address, 443)) for address in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def test_one_private_address_among_public_ones_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that answers both ways is never right."""
    target = read_url("https://hooks.example.org/", private_allowed=False)
    await answers(monkeypatch, PUBLIC, "10.0.0.1")
    with pytest.raises(AddressNotPublic):
        await resolve(target, private_allowed=False)
    await answers(monkeypatch, PUBLIC)
    assert await resolve(target, private_allowed=False) == PUBLIC


async def test_a_name_that_cannot_be_a_name_does_not_resolve() -> None:
    """A label that is too long is an ordinary failure, not a crash."""
    target = egress.Target("https", "a" * 64 + ".example.org", None, "/")
    with pytest.raises(OSError, match="resolve"):
        await resolve(target, private_allowed=False)
