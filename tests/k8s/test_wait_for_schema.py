"""The init container lets a pod start when its schema is there."""

import asyncio
import ipaddress
import os
import queue
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.k8s.rendered import SOURCE

from lead.postgres import PostgresServer
from shared.migrations import migrate

SCRIPT = SOURCE / "base" / "wait_for_schema.py"
# The first eight bytes of a client that wants TLS.
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
PEM = serialization.Encoding.PEM


@pytest.fixture
def database(postgres: PostgresServer) -> str:
    """An empty database's address."""
    name = f"wait_{uuid4().hex[:12]}"
    postgres.ensure_database(name)
    return postgres.dsn(name)


@contextmanager
def waiting(url: str, folder: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The script as the pod runs it."""
    file = folder / "database_url"
    file.write_text(url + "\n")
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(file)],
        env={**os.environ, "SERVICE": "prosecution-hook", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def revise(url: str, revision: str) -> None:
    """Say that the database is at another revision."""

    async def write() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute("UPDATE alembic_version SET version_num = $1", revision)
        await connection.close()

    asyncio.run(write())


def test_it_waits_for_the_schema_and_no_longer(database: str, tmp_path: Path) -> None:
    """Before the migration it asks again and again; after it, it ends well."""
    with waiting(database, tmp_path) as process:
        assert line(process) == "no answer yet: UndefinedTableError\n"
        assert process.poll() is None
        migrate("prosecution_hook", database)
        assert process.wait(timeout=30) == 0


def test_a_newer_schema_is_good_enough(database: str, tmp_path: Path) -> None:
    """Mid-upgrade, and after going back, the older image runs on what a newer one has added."""
    migrate("prosecution_hook", database)
    revise(database, "9999")
    with waiting(database, tmp_path) as process:
        assert process.wait(timeout=30) == 0
        assert line(process) == "schema is at 9999\n"


def test_an_absent_database_is_waited_for_without_naming_it(tmp_path: Path) -> None:
    """The log says the error's class; its text could quote the address."""
    with waiting("postgresql://someone:hidden@127.0.0.1:9/nothing", tmp_path) as process:
        first = line(process)
        assert first.startswith("no answer yet: ")
        assert "hidden" not in first
        assert process.poll() is None


def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate authority made up for one test."""
    key = ec.generate_private_key(ec.SECP256R1())
    return _certificate("authority", key.public_key(), "authority", key, ca=True), key


def _certificate(
    name: str,
    public: ec.EllipticCurvePublicKey,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    ca: bool,
) -> x509.Certificate:
    def called(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = x509.CertificateBuilder().subject_name(called(name)).issuer_name(called(issuer))
    builder = builder.public_key(public).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1))
    builder = builder.not_valid_after(now + timedelta(hours=1))
    builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(key, hashes.SHA256())


@dataclass
class Server:
    """Answers as PostgreSQL does when asked for TLS, and notes how far each caller went."""

    port: int
    trusted: Path
    met: "queue.Queue[str]"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The embedded PostgreSQL is built without TLS: this one is only its first two messages."""
    root, root_key = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate("server", key.public_key(), "authority", root_key, ca=False)
    private = key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both, trusted = tmp_path / "server.pem", tmp_path / "ca.crt"
    both.write_bytes(certificate.public_bytes(PEM) + private)
    trusted.write_bytes(root.public_bytes(PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    met: queue.Queue[str] = queue.Queue()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_answer, args=(listener, context, met), daemon=True)
        thread.start()
        yield Server(listener.getsockname()[1], trusted, met)
        # Wakes what waits in accept().
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _answer(listener: socket.socket, context: ssl.SSLContext, met: "queue.Queue[str]") -> None:
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller:
            if caller.recv(8) != SSL_REQUEST:
                met.put("spoke in the clear")
                continue
            caller.sendall(b"S")
            try:
                with context.wrap_socket(caller, server_side=True) as encrypted:
                    asked = encrypted.recv(1024)
                    met.put("logged in" if b"someone" in asked else "hung up")
            except (ssl.SSLError, ConnectionError):
                met.put("refused")


def test_the_driver_verifies_the_server_by_environment_alone(
    server: Server, tmp_path: Path
) -> None:
    """PGSSLMODE and PGSSLROOTCERT, as the manifests set them, reach the services' driver."""
    url = f"postgresql://someone@127.0.0.1:{server.port}/nothing"
    settings = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(server.trusted)}
    with waiting(url, tmp_path, **settings):
        assert server.met.get(timeout=30) == "logged in"
    stranger = tmp_path / "stranger.crt"
    stranger.write_bytes(authority()[0].public_bytes(PEM))
    with waiting(url, tmp_path, **settings | {"PGSSLROOTCERT": str(stranger)}) as process:
        assert line(process) == "no answer yet: SSLCertVerificationError\n"
    # And not what would be so without: the test can tell the two apart.
    with waiting(url, tmp_path, PGSSLMODE="disable"):
        seen = iter(lambda: server.met.get(timeout=30), "spoke in the clear")
        assert "logged in" not in list(seen)
