"""docker-compose.yml says what the code needs. Read and checked here, run in tests/containers."""

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from tests.architecture.source import ROOT, SERVICES
from tests.architecture.test_services import settings

from lead.sample_staff import SAMPLE_STAFF
from lead.services import PARTS, PREFIXES
from shared.callers import ROLES
from shared.config import ServiceSettings
from shared.events import TOPICS, dead_letter_topic

FOLDER = ROOT / "deploy" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
# Read by OpenTelemetry's own library.
NOT_SETTINGS = {"OTEL_EXPORTER_OTLP_ENDPOINT"}

each_service = pytest.mark.parametrize("service", SERVICES)


def load(path: Path) -> ModuleType:
    """A script outside any package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the one-shot job `secrets` writes."""
    folder = tmp_path_factory.mktemp("secrets")
    with pytest.MonkeyPatch.context() as patch:
        # Changing owners is for the container's root; here the files must stay readable.
        patch.setattr("os.geteuid", lambda: 1)
        load(FOLDER / "make_secrets.py").make(folder, FOLDER / "realm.json")
    return folder


@each_service
def test_the_environment_is_what_the_service_reads(service: str, secrets: Path) -> None:
    """No key that nobody reads, and every required one: from the environment or as a file."""
    given = set(COMPOSE["services"][service]["environment"]) - NOT_SETTINGS
    fields = settings(service)
    assert sorted(given - {name.upper() for name in fields}) == []
    as_files = {path.name for path in (secrets / service).iterdir()}
    required = {name for name, field in fields.items() if field.is_required()}
    assert required <= {name.lower() for name in given} | as_files
    # What compose gives by file is read from there, the key ring by its path.
    assert as_files - fields.keys() == {"key_ring.json"}


@each_service
def test_a_service_reads_its_settings_from_there(
    service: str, secrets: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its Settings accept exactly these values."""
    main = importlib.import_module(f"{SERVICES[service]}.main")
    for name, value in COMPOSE["services"][service]["environment"].items():
        monkeypatch.setenv(name, str(value) if "$" not in str(value) else "INFO")
    read = main.Settings(_secrets_dir=secrets / service)
    assert read.environment == "production"
    assert read.database_url.endswith(f"@postgres:5432/{SERVICES[service]}")
    assert len(read.session_secret) >= 32
    assert read.oidc_client_secret
    assert read.root_path == PREFIXES[service]


@each_service
def test_a_service_holds_the_keys_that_it_may(service: str, secrets: Path) -> None:
    """prosecution-hook gets no care key, as in the embedded default."""
    ring = json.loads((secrets / service / "key_ring.json").read_text())
    part = next(part for part in PARTS if part.name == service)
    assert {key["data_class"] for key in ring["keys"]} == {*part.classes, "digest"}
    mounted = [str(v) for v in COMPOSE["services"][service]["volumes"]]
    assert mounted == [f"secrets-{service}:/run/secrets:ro"]


def test_secrets_are_made_once(secrets: Path) -> None:
    """A second start must not lock the services out of what they sealed."""
    before = {path: path.read_text() for path in secrets.rglob("*") if path.is_file()}
    load(FOLDER / "make_secrets.py").make(secrets, FOLDER / "realm.json")
    assert {path: path.read_text() for path in secrets.rglob("*") if path.is_file()} == before


def topics() -> dict[str, tuple[int, int]]:
    """Partitions and hours per topic, as the job creates them."""
    lines = (FOLDER / "topics.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: (int(partitions), int(hours)) for name, partitions, hours in rows}


def test_the_topics_are_the_code_s() -> None:
    """The broker makes none by itself: one that is missing here would stop its service."""
    assert set(topics()) == {*TOPICS, *(dead_letter_topic(service) for service in SERVICES)}
    assert COMPOSE["services"]["kafka"]["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"


def test_topics_are_kept_as_long_as_their_content_may_be() -> None:
    """Reports go after a day like their outbox rows; inboxes remember longer than any topic."""
    defaults = {name: field.default for name, field in ServiceSettings.model_fields.items()}
    for name, (_, hours) in topics().items():
        assert hours < defaults["inbox_retention_days"] * 24
        if name.endswith(".reports"):
            assert hours <= defaults["report_retention_hours"]


@each_service
def test_nothing_starts_before_what_it_needs(service: str) -> None:
    """Database and broker, then schema and topics, then the services, then the one address."""
    parts = COMPOSE["services"]
    needs = parts[service]["depends_on"]
    for job in (f"migrate-{service}", "topics"):
        assert needs[job]["condition"] == "service_completed_successfully"
    assert parts["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"
    migration = parts[f"migrate-{service}"]
    assert migration["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert migration["command"] == [SERVICES[service]]
    assert migration["build"]["args"]["SERVICE"] == service
    assert parts["gateway"]["depends_on"][service]["condition"] == "service_healthy"


def test_only_this_machine_can_connect() -> None:
    """Whatever is published is published on loopback."""
    published = [p for part in COMPOSE["services"].values() for p in part.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_gateway_leads_to_every_service() -> None:
    """The prefixes are the embedded default's."""
    text = (FOLDER / "gateway.conf").read_text()
    for service, prefix in PREFIXES.items():
        assert f"location {prefix}/ {{ set $upstream {service}:8000;" in text


def test_the_sample_realm_fits_the_code_and_holds_no_secret() -> None:
    """Its roles are ours, its redirects are the services', and nobody's password is committed."""
    realm = json.loads((FOLDER / "realm.json").read_text())
    assert {role["name"] for role in realm["roles"]["realm"]} < set(ROLES)
    given = {role for user in realm["users"] for role in user["realmRoles"]}
    assert given < set(ROLES)
    pages = next(c for c in realm["clients"] if c["clientId"] == "throughline-pages")
    address = COMPOSE["services"]["referral"]["environment"]["PUBLIC_URL"]
    back = {f"{address}{prefix}/signin/callback" for prefix in PREFIXES.values()}
    assert set(pages["redirectUris"]) == back
    assert pages["clientId"] == ServiceSettings.model_fields["oidc_client_id"].default
    secret = re.compile(r"\"(secret|credentials|value)\":", re.I)
    assert secret.findall(json.dumps(realm)) == []


def test_the_sample_realm_s_people_are_the_sample_city_s() -> None:
    """Whom the seeding signs in as, and whom every page's visitor may be: at their site, in
    their roles. A provider's own `sub` would not be the one that policies name.
    """
    realm = json.loads((FOLDER / "realm.json").read_text())
    known = {
        (user["id"], user["username"], *user["realmRoles"], *user["groups"])
        for user in realm["users"]
    }
    assert known == {(p.sub, p.sub, *p.roles, f"/{p.site}") for p in SAMPLE_STAFF}


def test_the_one_address_opens_on_a_city_that_is_filled() -> None:
    """Whoever signs in first meets approved offices and people on duty, not a 403."""
    parts = COMPOSE["services"]
    waits = parts["gateway"]["depends_on"]["sample-city"]["condition"]
    assert waits == "service_completed_successfully"
    job = load(FOLDER / "seed_sample_city.py")
    for address in (job.NOTIFIER, job.PROSECUTION, job.SIGN_IN):
        host = address.removeprefix("http://").split(":")[0]
        assert parts["sample-city"]["depends_on"][host]["condition"] == "service_healthy"


def test_kafka_is_the_one_that_tests_run_on() -> None:
    """The same version here and in the launcher's list of jars."""
    pom = (ROOT / "deploy" / "local" / "kafka" / "pom.xml").read_text()
    version = re.search(r"<kafka.version>(.+?)<", pom)
    assert version is not None
    for part in ("kafka", "topics"):
        assert COMPOSE["services"][part]["image"] == f"apache/kafka:{version.group(1)}"


def test_docker_compose_accepts_the_file() -> None:
    """`docker compose config`, where docker compose is."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) is None:
            continue
        if subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            break
    else:
        pytest.skip("docker-compose.yml was not checked by docker compose: it is not here")
    own, standins = ("--file", "docker-compose.yml"), ("--file", "compose.ci.yaml")
    for files in (own, own + standins):
        check = [*command, *files, "config", "--quiet"]
        done = subprocess.run(check, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == 0, done.stderr


def test_the_image_takes_every_package_by_its_hash() -> None:
    """Direct requirements keep their extras and hashes; one that is not locked stops the build."""
    pick = load(ROOT / "deploy" / "image" / "pick.py")
    lock = (ROOT / "requirements.lock").read_text()
    for service in SERVICES:
        for project in ("shared", f"services/{service}"):
            wanted = pick.declared((ROOT / project / "pyproject.toml").read_text())
            lines = pick.pick(lock, wanted)
            assert len(lines) >= len(wanted)
            assert all("--hash=sha256:" in line for line in lines)
    (sqlalchemy,) = pick.pick(lock, ["sqlalchemy[asyncio]>=2"])
    assert re.match(r"sqlalchemy\[asyncio\]==[\d.]+ \\\n", sqlalchemy)
    with pytest.raises(KeyError):
        pick.pick(lock, ["left-pad"])


def test_the_recipe_pulls_no_frontend_and_drops_root() -> None:
    """A build needs the base image and the package index, nothing else."""
    recipe = (ROOT / "Dockerfile").read_text()
    assert "syntax=" not in recipe
    assert re.findall(r"^FROM (\S+)", recipe, re.M) == ["${BASE}", "${BASE}"]
    assert "USER 10001:10001" in recipe
    assert "--require-hashes" in recipe


def test_the_example_environment_is_read() -> None:
    """Every key of .env.example is a setting, and a service starts with nothing else."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    keys = {line.split("=", 1)[0] for line in lines if line and not line.startswith("#")}
    fields = ServiceSettings.model_fields
    assert keys <= {name.upper() for name in fields}
    assert {name.upper() for name, field in fields.items() if field.is_required()} <= keys
