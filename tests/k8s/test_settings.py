"""Every setting is one that the service reads; secrets are never written here; images agree."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.architecture.source import ROOT, SERVICES, imported, modules
from tests.architecture.test_compose import COMPOSE
from tests.architecture.test_services import settings as fields_of
from tests.k8s.conftest import RenderFolder
from tests.k8s.rendered import (
    SOURCE,
    Rendered,
    containers,
    each_operated,
    each_overlay,
    named,
    pod,
)

from lead.sample_staff import SITE_TIME_ZONES
from lead.services import PARTS, PREFIXES
from shared.config import ServiceSettings

# Read by OpenTelemetry's library and by the database driver, or only to make another of them.
NOT_SETTINGS = {
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_RESOURCE_ATTRIBUTES",
    "PGSSLMODE",
    "PGSSLROOTCERT",
    "POD_NAME",
    "POD_NAMESPACE",
    "VERSION",
}
# Compose has a collector and no TLS; the local overlay has TLS switched off and no collector.
ONLY_COMPOSE = {"OTEL_EXPORTER_OTLP_ENDPOINT", "TRACE_SAMPLE_RATIO"}
ONLY_LOCAL = NOT_SETTINGS - ONLY_COMPOSE - {"PGSSLROOTCERT"} | {
    "KAFKA_SECURITY_PROTOCOL",
    "KAFKA_CA_FILE",
    "SMTP_STARTTLS",
}
SECRET = re.compile(r"password|secret|token|credential|private|jwk|\"k\":", re.I)
LITERAL_FIELDS = ("value", "password", "stringData")

each_service = pytest.mark.parametrize("service", SERVICES)


def files(rendered: Rendered, service: str) -> set[str]:
    """The files that the service finds in /run/secrets."""
    volumes = {volume["name"]: volume for volume in pod(rendered.services()[service])["volumes"]}
    found: set[str] = set()
    for source in volumes["secrets"]["projected"]["sources"]:
        secret = source["secret"]
        if "items" in secret:
            found |= {item["path"] for item in secret["items"]}
        else:
            found |= keys(rendered, secret["name"])
    return found


def keys(rendered: Rendered, secret: str) -> set[str]:
    """The keys of a Secret that is generated here, or fetched from a vault."""
    for external in rendered.of("ExternalSecret"):
        if external["spec"]["target"]["name"] == secret:
            return {item["secretKey"] for item in external["spec"]["data"]}
    return set(rendered.get("Secret", secret)["data"])


@each_overlay
@each_service
def test_the_environment_is_what_the_service_reads(rendered: Rendered, service: str) -> None:
    """No key that nobody reads, and every required one: from the environment or as a file."""
    given, fields = rendered.settings(service).keys(), fields_of(service)
    assert sorted(given - NOT_SETTINGS - {name.upper() for name in fields}) == []
    as_files = files(rendered, service)
    assert as_files - fields.keys() == {"key_ring.json"}
    required = {name for name, field in fields.items() if field.is_required()}
    assert required <= {name.lower() for name in given} | as_files
    assert {"session_secret", "oidc_client_secret"} <= as_files
    assert not {name.lower() for name in given} & as_files, "two values of one setting"


@each_overlay
@each_service
def test_the_service_accepts_the_values(
    rendered: Rendered, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own Settings read exactly these."""
    module = __import__(f"{SERVICES[service]}.main", fromlist=["Settings"])
    for name, value in rendered.settings(service).items():
        monkeypatch.setenv(name, value)
    read: ServiceSettings = module.Settings(database_url="postgresql://from-a-file")
    assert read.environment == "production"
    assert read.root_path == PREFIXES[service]
    assert read.key_ring_file == Path("/run/secrets/key_ring.json")


@each_overlay
@each_service
def test_the_sample_sites_have_their_clocks(rendered: Rendered, service: str) -> None:
    """Every service of an installation has the zones that the launcher starts with."""
    zones = json.loads(rendered.settings(service)["SITE_TIME_ZONES"])
    assert zones
    assert zones.items() <= SITE_TIME_ZONES.items()


@each_operated
@each_service
def test_everything_is_encrypted_and_verified(rendered: Rendered, service: str) -> None:
    """Kafka by TLS and password, PostgreSQL by its certificate, people by HTTPS."""
    given = rendered.settings(service)
    assert given["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
    assert given["PGSSLMODE"] == "verify-full"
    assert given["PUBLIC_URL"].startswith("https://")
    assert given["OIDC_ISSUER"].startswith("https://")
    deployment = rendered.services()[service]
    volumes = {volume["name"]: volume for volume in pod(deployment)["volumes"]}
    trusted = {
        f"/run/trust/{item['path']}"
        for source in volumes["trust"]["projected"]["sources"]
        for item in source["secret"]["items"]
    }
    assert trusted == {given["KAFKA_CA_FILE"], given["PGSSLROOTCERT"]}
    for container in (
        *containers(deployment),
        *containers(rendered.get("Job", f"{service}-migrate")),
    ):
        env = {item["name"]: item.get("value") for item in container["env"]}
        assert env["PGSSLMODE"] == "verify-full"


@each_operated
@each_service
def test_addresses_lead_to_what_is_there(rendered: Rendered, service: str) -> None:
    """Kafka's bootstrap is the cluster's; the user is the service, with its own password."""
    given = rendered.settings(service)
    kafka = next(rendered.of("Kafka"))
    (listener,) = kafka["spec"]["kafka"]["listeners"]
    bootstrap = f"{kafka['metadata']['name']}-kafka-bootstrap:{listener['port']}"
    assert given["KAFKA_BOOTSTRAP_SERVERS"] == bootstrap
    env = {i["name"]: i for i in pod(rendered.services()[service])["containers"][0]["env"]}
    field = env["KAFKA_USERNAME"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert field == "metadata.labels['app.kubernetes.io/name']"
    assert rendered.get("KafkaUser", service)
    cluster = rendered.get("Cluster", f"{service}-db")
    assert cluster["spec"]["bootstrap"]["initdb"]["owner"] == SERVICES[service]


@each_service
def test_the_local_overlay_says_what_compose_says(build: RenderFolder, service: str) -> None:
    """The same keys, but for what only one of them has."""
    local = build("overlays/local").settings(service).keys()
    compose = COMPOSE["services"][service]["environment"].keys()
    assert local - compose == ONLY_LOCAL - ({"SMTP_STARTTLS"} if service != "notifier" else set())
    assert compose - local == ONLY_COMPOSE


@pytest.mark.parametrize("part", ["postgres", "kafka", "keycloak", "gateway", "mail"])
def test_samples_are_compose_s(build: RenderFolder, part: str) -> None:
    """The same images, settings and scripts: one set of samples to keep working."""
    local = build("overlays/local")
    found = next(w for w in local.of("Deployment", "StatefulSet") if w["metadata"]["name"] == part)
    (container,) = pod(found)["containers"]
    theirs = COMPOSE["services"][part]
    assert container["image"] == theirs["image"]
    given = {item["name"]: item["value"] for item in container.get("env", ())}
    assert given == theirs.get("environment", {})
    if "command" in theirs:
        assert container["args"] == theirs["command"]


@pytest.mark.parametrize("name", ["topics.txt", "create-topics.sh", "postgres-init.sh"])
def test_scripts_are_compose_s(name: str) -> None:
    """kustomize reads no file outside its folder: hence copies."""
    copy = SOURCE / "overlays" / "local" / name
    assert copy.read_text() == (ROOT / "deploy" / "compose" / name).read_text()


@each_overlay
def test_images_are_compose_s(rendered: Rendered) -> None:
    """One name per image, wherever it runs; by digest where it matters."""
    operated = (
        rendered.get("ConfigMap", "settings")["data"]["KAFKA_SECURITY_PROTOCOL"] != "PLAINTEXT"
    )
    for service, deployment in rendered.services().items():
        image = pod(deployment)["containers"][0]["image"]
        theirs = COMPOSE["services"][service]["image"]
        assert re.split("[:@]", image.rpartition("/")[2])[0] == theirs.rpartition(":")[0]
        assert ("@sha256:" in image) == operated
    for workload in rendered.workloads():
        for container in containers(workload):
            assert not container["image"].endswith(":latest"), named(workload)
            assert re.search("[:@]", container["image"]), named(workload)


def texts(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Every text in a resource with its place."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in texts(inner, f"{path}.{key}")]
    if isinstance(value, list):
        return [found for inner in value for found in texts(inner, path)]
    return [(path, value)] if isinstance(value, str) else []


@each_operated
def test_no_secret_is_written_down(rendered: Rendered) -> None:
    """No Secret is rendered, and no ConfigMap or environment holds what belongs into one."""
    assert list(rendered.of("Secret")) == []
    for config in rendered.of("ConfigMap"):
        assert [key for key in config.get("data", ()) if SECRET.search(key)] == [], named(config)
    for workload in rendered.workloads():
        for container in containers(workload):
            given = [item["name"] for item in container.get("env", ()) if "value" in item]
            assert [name for name in given if SECRET.search(name)] == []
    url = re.compile(r"://[^/\s:@]+:[^/\s@]+@")
    assert [p for r in rendered.resources for p, text in texts(r) if url.search(text)] == []


def test_local_secrets_are_made_and_never_committed(build: RenderFolder) -> None:
    """Even the samples: random per installation, in a folder that git does not see."""
    assert (SOURCE / "overlays" / "local" / ".gitignore").read_text() == "secrets/\n"
    assert {s["metadata"]["name"] for s in build("overlays/local").of("Secret")}
    for path in SOURCE.rglob("*.yaml"):
        assert "kind: Secret\n" not in path.read_text(), path.name


@each_operated
@each_service
def test_a_vault_gives_each_service_its_own(rendered: Rendered, service: str) -> None:
    """From a place of its own; prosecution-hook's key ring is there, without a key for care."""
    external = rendered.get("ExternalSecret", f"{service}-secrets")["spec"]
    assert {item["remoteRef"]["key"] for item in external["data"]} == {service}
    part = next(part for part in PARTS if part.name == service)
    text = (SOURCE / "components" / "external-secrets" / "README.md").read_text()
    assert f"| `{service}` | {', '.join((*part.classes, 'digest'))} |" in text


@each_operated
def test_the_outside_name_is_one(rendered: Rendered) -> None:
    """In PUBLIC_URL, at the gateway and in its certificate."""
    host = rendered.settings("referral")["PUBLIC_URL"].removeprefix("https://")
    listeners = next(rendered.of("Gateway"))["spec"]["listeners"]
    assert {listener["hostname"] for listener in listeners} == {host}
    assert next(rendered.of("Certificate"))["spec"]["dnsNames"] == [host]


def test_sites_share_nothing(build: RenderFolder) -> None:
    """Two installations on one cluster: other namespaces, addresses, buckets, issuers, vaults."""
    seen: dict[str, str] = {}
    for overlay in ("staging", "production", "site-king-county"):
        rendered = build(f"overlays/{overlay}")
        given = rendered.settings("referral")
        store = next(rendered.of("ObjectStore"))["spec"]["configuration"]["destinationPath"]
        own = {
            next(rendered.of("Namespace"))["metadata"]["name"],
            next(rendered.of("PriorityClass"))["metadata"]["name"],
            given["PUBLIC_URL"],
            given["OIDC_ISSUER"],
            store,
        }
        assert len(own) == 5
        for value in own:
            assert seen.setdefault(value, overlay) == overlay, value
        namespaces = {r["metadata"].get("namespace") for r in rendered.resources} - {None}
        assert len(namespaces) == 1


@pytest.mark.parametrize("component", ["gateway", "ingress"])
def test_the_address_leads_to_every_service(build: RenderFolder, component: str) -> None:
    """By the prefix that the service knows as its own; probes and metrics stay inside."""
    if component == "gateway":
        rendered = build("overlays/production")
        found = {
            rule["matches"][0]["path"]["value"]: rule["backendRefs"][0]["name"]
            for route in rendered.of("HTTPRoute")
            for rule in route["spec"]["rules"]
            if rule.get("matches", [{"path": {}}])[0]["path"].get("type") == "PathPrefix"
        }
        for service, prefix in PREFIXES.items():
            (_, inside) = rendered.get("HTTPRoute", service)["spec"]["rules"][-2:]
            hidden = {match["path"]["value"] for match in inside["matches"]}
            assert hidden == {f"{prefix}{probe}" for probe in ("/healthz", "/readyz", "/metrics")}
            assert inside["filters"][0]["urlRewrite"]["path"]["replaceFullPath"].startswith(prefix)
    else:
        text = (SOURCE / "components" / "ingress" / "ingress.yaml").read_text()
        pattern = r"path: (/\w+), .*service: {name: ([\w-]+),"
        found = dict(re.findall(pattern, text))
        assert "(healthz|readyz|metrics)$" in text
    assert found == {prefix: service for service, prefix in PREFIXES.items()}


def test_live_pages_stay_open(build: RenderFolder) -> None:
    """The stream's own route has no time limit, and the notifier has that route."""
    rules = build("overlays/production").get("HTTPRoute", "notifier")["spec"]["rules"]
    endless = [r for r in rules if r.get("timeouts") == {"request": "0s"}]
    (path,) = (match["path"]["value"] for rule in endless for match in rule["matches"])
    source = [m for m in modules() if m.name == "notifier/api.py"]
    assert imported(source[0])
    routes = re.findall(r'"(/v1/stream)"', source[0].path.read_text())
    assert path == f"{PREFIXES['notifier']}{routes[0]}"


def test_the_case_policies_of_a_site_are_read(build: RenderFolder) -> None:
    """The example's JSON is what casework's Settings take."""
    text = build("overlays/site-king-county").settings("casework")["CASELOAD_POLICIES"]
    assert json.loads(text) == {"king-county": {"warn_at": 15, "full_at": 20}}
