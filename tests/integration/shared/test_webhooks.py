"""Signed webhooks over real connections, to receivers that answer, hang, break and redirect."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook
from tests.integration.receiver import Receiver

from shared.webhooks import Answer, Outcome, Outgoing, WebhookClient, new_secret

SECRET = new_secret()


def now() -> datetime:
    """Of the moment: a receiver refuses what was signed minutes ago."""
    return datetime.now(UTC)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    server = await found.start()
    yield found
    found.let_go()
    server.close()
    await server.wait_closed()


@pytest.fixture
async def client() -> AsyncIterator[WebhookClient]:
    found = WebhookClient(private_allowed=True, timeout_seconds=30)
    yield found
    await found.close()


def message(url: str) -> Outgoing:
    return Outgoing("msg_1", url, '{"item": 1042}', (SECRET,))


async def test_a_receiver_gets_what_it_can_verify(
    client: WebhookClient, receiver: Receiver
) -> None:
    """The body as it is, under the name that was meant, signed."""
    answer = await client.send(message(receiver.url("localhost")), now())
    assert answer == Answer(Outcome.DELIVERED, "http_204")
    ((headers, body),) = receiver.requests
    assert Webhook(SECRET).verify(body, headers) == {"item": 1042}
    assert headers["host"] == f"localhost:{receiver.port}"
    assert headers["content-type"] == "application/json"


async def test_a_redirect_is_not_followed(client: WebhookClient, receiver: Receiver) -> None:
    """Not even to the receiver itself: one request, refused for good."""
    location = f"Location: {receiver.url()}\r\n".encode()
    receiver.answer = b"HTTP/1.1 307 Temporary Redirect\r\n" + location + b"\r\n"
    answer = await client.send(message(receiver.url()), now())
    assert answer == Answer(Outcome.PERMANENT, "http_307")
    assert len(receiver.requests) == 1


async def test_an_endless_answer_is_not_read(client: WebhookClient, receiver: Receiver) -> None:
    """The status is enough: a receiver cannot fill our memory or hold us."""
    receiver.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + b"x" * 100_000
    assert (await client.send(message(receiver.url()), now())).outcome is Outcome.DELIVERED


@pytest.mark.parametrize("hangs", [True, False])
async def test_an_answer_that_never_comes_is_unknown(receiver: Receiver, hangs: bool) -> None:
    """It took the message and then said nothing, or hung up: perhaps it has it."""
    client = WebhookClient(private_allowed=True, timeout_seconds=2 if hangs else 30)
    receiver.hangs, receiver.answer = hangs, None
    answer = await client.send(message(receiver.url()), now())
    assert answer == Answer(Outcome.UNKNOWN, "no_answer")
    assert len(receiver.requests) == 1
    await client.close()


async def test_nobody_there_is_certainly_not_delivered(client: WebhookClient) -> None:
    """Nothing listens: the same may work later."""
    answer = await client.send(message("http://127.0.0.1:1/in"), now())
    assert answer == Answer(Outcome.TEMPORARY, "not_connected")


async def test_a_name_that_leads_inside_is_not_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public-looking name with a loopback address: no connection is even opened."""
    client = WebhookClient()
    resolving(monkeypatch, "127.0.0.1")
    answer = await client.send(message(receiver.url("hooks.example.org", "https")), now())
    assert answer == Answer(Outcome.PERMANENT, "address_not_public")
    assert receiver.connections == 0
    await client.close()


async def test_a_name_is_asked_for_once(
    client: WebhookClient, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address that was judged is the one that is called: rebinding gains nothing."""
    asked = resolving(monkeypatch, "127.0.0.1", "10.0.0.1")
    assert (await client.send(message(receiver.url("a.example")), now())).outcome == "delivered"
    assert asked() == 1


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: str) -> Callable[[], int]:
    """Names resolve to each of these in turn. Returns how often one was asked for."""
    count = 0

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        nonlocal count
        count += 1
        return [(0, 0, 0, "", (answers[min(count, len(answers)) - 1], port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return lambda: count


async def test_the_certificate_is_checked_against_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the address is called; another name on the same address is refused unsent."""
    receiver, tls = Receiver(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate(tmp_path, "hooks.example"))
    server = await receiver.start(tls)
    trust = ssl.create_default_context(cafile=str(tmp_path / "hooks.example.pem"))
    client = WebhookClient(private_allowed=True, trust=trust)
    resolving(monkeypatch, "127.0.0.1")
    assert await client.send(message(receiver.url("hooks.example", "https")), now()) == Answer(
        Outcome.DELIVERED, "http_204"
    )
    assert await client.send(message(receiver.url("other.example", "https")), now()) == Answer(
        Outcome.TEMPORARY, "not_connected"
    )
    assert len(receiver.requests) == 1
    await client.close()
    server.close()
    await server.wait_closed()


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / f"{name}.pem"
    file.write_bytes(private + built.public_bytes(Encoding.PEM))
    return file
