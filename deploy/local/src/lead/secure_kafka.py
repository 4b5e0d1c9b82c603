"""Real Kafka as production has it: TLS, passwords by SCRAM, access rights. For tests."""

import ipaddress
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from confluent_kafka.admin._acl import AclBinding, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lead.kafka import RealKafka
from lead.process import LOOPBACK, free_port

# Strimzi's names for what a user may do, as confluent-kafka has them.
KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP}
LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
SECURITY = """
listeners=CLIENTS://{host}:{port},SECURE://{host}:{secure},CONTROLLER://{host}:{controller}
advertised.listeners=CLIENTS://{host}:{port},SECURE://{host}:{secure}
listener.security.protocol.map=CLIENTS:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secure.scram-sha-512.sasl.jaas.config={login}
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
# Whoever comes by the plain listener: the node itself, and who sets it up.
super.users=User:ANONYMOUS
"""


class SecureKafka(RealKafka):
    """One node with a second listener, `secure_bootstrap`, that asks who is there."""

    def __init__(self, home: Path, passwords: Mapping[str, str]) -> None:
        """`passwords` by user."""
        super().__init__(home)
        self._passwords = passwords
        self._keystore, self.ca_file = home / "keystore.pem", home / "ca.pem"
        self._secure = free_port()

    @property
    def secure_bootstrap(self) -> str:
        return f"{LOOPBACK}:{self._secure}"

    def grant(self, user: str, acls: Iterable[dict[str, Any]]) -> None:
        """Give rights as a KafkaUser of the manifests lists them. KafkaException if refused."""
        bindings = [
            AclBinding(
                KINDS[acl["resource"]["type"]],
                acl["resource"]["name"],
                ResourcePatternType.LITERAL,
                f"User:{user}",
                "*",
                AclOperation[operation.upper()],
                AclPermissionType.ALLOW,
            )
            for acl in acls
            for operation in acl["operations"]
        ]
        # Held until the answers are in: a client that is gone answers nothing.
        admin = self._admin()
        for granted in admin.create_acls(bindings).values():
            granted.result(timeout=30)

    def _settings(self, data: Path) -> str:
        if not self._keystore.exists():
            _write_certificates(self._keystore, self.ca_file)
        plain = super()._settings(data)
        (controller,) = (
            line.rpartition(":")[2] for line in plain.splitlines() if line.startswith("listeners=")
        )
        return plain + SECURITY.format(
            host=LOOPBACK,
            port=self._port,
            secure=self._secure,
            controller=controller,
            login=LOGIN,
            keystore=self._keystore,
        )

    def _format(self, *more: str) -> None:
        users = [
            f"SCRAM-SHA-512=[name={json.dumps(user)},password={json.dumps(password)}]"
            for user, password in self._passwords.items()
        ]
        super()._format(*more, *(part for user in users for part in ("--add-scram", user)))


def _write_certificates(keystore: Path, ca_file: Path) -> None:
    """An authority, and a certificate of it for this machine's loopback address."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = x509.Name.from_rfc4514_string("CN=Throughline test authority")
    loopback = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK))])
    ca = _certificate(authority, authority, ca_key.public_key()).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    node = _certificate(
        x509.Name.from_rfc4514_string("CN=kafka"), authority, key.public_key()
    ).add_extension(loopback, critical=False)
    signed = [each.sign(ca_key, hashes.SHA256()).public_bytes(Encoding.PEM) for each in (ca, node)]
    ca_file.write_bytes(signed[0])
    keystore.touch(mode=0o600)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keystore.write_bytes(private + signed[1] + signed[0])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
    )
