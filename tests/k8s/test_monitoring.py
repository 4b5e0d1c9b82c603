"""Alerts and dashboards are about numbers that the services export, and each has a runbook."""

import asyncio
import importlib
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from tests.architecture.source import SERVICES
from tests.architecture.test_services import CLASSES
from tests.k8s.rendered import (
    SOURCE,
    Rendered,
    Resource,
    each_operated,
    pod,
    pod_labels,
    selects,
)

from shared.events import ALL
from shared.events.notifier import AlertAcknowledged
from shared.fact_metrics import FactMetrics, name_of
from shared.ids import new_id
from shared.sealing import generate_key_ring

FOLDER = SOURCE / "components" / "monitoring"
RULES: dict[str, Any] = yaml.safe_load((FOLDER / "rules.yaml").read_text())["spec"]
# Prometheus makes it for every target.
OF_PROMETHEUS = {"up"}
NAME = re.compile(r"(?<![\w:\"$])([a-z_][a-z0-9_]*(?::[a-z0-9_:]+)?)(?=[{\[)\s]|$)")
AN_ANSWER = AlertAcknowledged(
    site="s", subject="p", occurred_at=datetime.now(UTC), alert_id=new_id(), acknowledged_by="a"
)
WORDS = {"by", "sum", "max", "min", "count", "rate", "or", "and", "unless", "offset", "le"}


def rules() -> list[dict[str, Any]]:
    return [rule for group in RULES["groups"] for rule in group["rules"]]


def metrics_in(expression: str) -> set[str]:
    """The metrics of an expression: names that are neither words, functions, nor labels."""
    bare = re.sub(r"by \([^)]*\)", "", expression)
    bare = re.sub(r"\{[^}]*\}", "{}", bare)
    bare = re.sub(r"\[[^\]]*\]", "[]", bare)
    return set(NAME.findall(bare)) - WORDS


async def exported(service: str, folder: Path) -> set[str]:
    """The names of everything that a real process of the service shows at /metrics."""
    module = importlib.import_module(f"{SERVICES[service]}.main")
    ring = folder / f"{service}.json"
    ring.write_text(json.dumps(generate_key_ring(CLASSES[service])))
    settings = module.Settings(
        # Nobody listens there: it starts without database and Kafka, and says so.
        database_url="postgresql://nobody@127.0.0.1:9/nothing",
        kafka_bootstrap_servers="127.0.0.1:9",
        key_ring_file=ring,
        oidc_issuer="http://127.0.0.1:9",
        log_level="CRITICAL",
    )
    app = module.create_app(settings, on_failure=lambda: None)
    for instrument in vars(app.state.runtime.metrics).values():
        if hasattr(instrument, "add"):
            # A counter appears with its first count.
            instrument.add(0)
    telemetry = app.state.runtime.telemetry
    FactMetrics(telemetry.meter, service).committed([AN_ANSWER])
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        await client.get("/v1/outbox")
        # The gauges are made by a background task.
        for _ in range(100):
            if app.state.runtime.consumer is not None:
                # No broker answers here, and without an answer there is no lag to export.
                app.state.runtime.consumer.lag = 0
            text = (await client.get("/metrics")).text
            if "lead_outbox_pending" in text:
                break
            await asyncio.sleep(0.01)
    return set(re.findall(r"^([a-z_]+)(?:\{.*\})? ", text, re.M))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every metric that any service exports."""
    folder = tmp_path_factory.mktemp("rings")

    async def all_of_them() -> set[str]:
        return set().union(*[await exported(service, folder) for service in SERVICES])

    return asyncio.run(all_of_them())


def test_rules_use_what_is_exported(known: set[str]) -> None:
    """An alert on a name that nobody exports is silent for ever."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    used = set().union(*(metrics_in(rule["expr"]) for rule in rules()))
    assert "lead_outbox_oldest_age_seconds" in used
    assert recorded <= used
    assert sorted(used - recorded - known - OF_PROMETHEUS) == []


BOARDS = sorted(path.name for path in FOLDER.glob("dashboard*.json"))
EVENTS = {name_of(event) for event in ALL}


@pytest.mark.parametrize("board", BOARDS)
def test_a_dashboard_shows_what_is_exported(known: set[str], board: str) -> None:
    """And so much of it that looking is worthwhile."""
    panels = json.loads((FOLDER / board).read_text())["panels"]
    used = set().union(*(metrics_in(p["targets"][0]["expr"]) for p in panels))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    assert sorted(used - recorded - known) == []
    assert len(panels) >= 6


def test_ops_see_every_number_of_the_spine() -> None:
    """On their own board."""
    panels = json.loads((FOLDER / "dashboard.json").read_text())["panels"]
    assert len(set().union(*(metrics_in(p["targets"][0]["expr"]) for p in panels))) >= 10


def test_rules_and_dashboards_name_events_that_exist() -> None:
    """A renamed event would leave its panel empty and its alert silent."""
    texts = [path.read_text().replace('\\"', '"') for path in FOLDER.glob("*.json")]
    texts += [json.dumps(RULES).replace('\\"', '"'), (FOLDER / "runbooks.md").read_text()]
    named = {
        name
        for text in texts
        for found in re.findall(r'event=~?"([a-z|-]+)"', text)
        for name in found.split("|")
    }
    assert {"alert-raised", "disclosure-suppressed", "feed-silent"} <= named
    assert sorted(named - EVENTS) == []


def test_the_boards_are_the_component_s() -> None:
    """Each is in the ConfigMap that Grafana's sidecar takes."""
    text = (FOLDER / "kustomization.yaml").read_text()
    assert f"files: [{', '.join(sorted(BOARDS, key=len))}]" in text


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("max by (a, b) (lead_x) > 30", {"lead_x"}),
        ('sum by (le) (rate(lead_y_bucket{a="b"}[5m])) / x:y:z_1h', {"lead_y_bucket", "x:y:z_1h"}),
        ("count by (a) (up == 1) unless up offset 1h", {"up"}),
    ],
)
def test_metrics_are_found_in_expressions(expression: str, names: set[str]) -> None:
    """The tests above stand on this."""
    assert metrics_in(expression) - {"h"} == names


def test_every_alert_has_a_runbook() -> None:
    """A page that says what it means, what to look at, and what to do."""
    alerts = [rule for rule in rules() if "alert" in rule]
    headings = re.findall(r"^## (\w+)", (FOLDER / "runbooks.md").read_text(), re.M)
    assert [alert["alert"] for alert in alerts] == headings
    for alert in alerts:
        assert alert["labels"]["severity"] in ("critical", "warning")
        assert alert["annotations"]["runbook_url"].endswith(f"runbooks#{alert['alert'].lower()}")
        assert "for" in alert


@each_operated
def test_every_service_is_scraped(rendered: Rendered) -> None:
    """By a port that its container has; the labels that the rules group by are made."""
    (monitor,) = rendered.of("PodMonitor")
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    made = {rule["targetLabel"] for rule in endpoint["relabelings"]}
    assert made == {"service", "site"}
    for deployment in rendered.services().values():
        assert selects(monitor["spec"]["selector"], pod_labels(deployment))
        ports = {port["name"] for port in pod(deployment)["containers"][0]["ports"]}
        assert endpoint["port"] in ports
    others: list[Resource] = [
        d for d in rendered.deployments() if d["metadata"]["name"] not in rendered.services()
    ]
    assert not any(selects(monitor["spec"]["selector"], pod_labels(d)) for d in others)


@pytest.mark.parametrize("command", ["check", "test"])
def test_promtool_agrees(tmp_path: Path, command: str) -> None:
    """The rules are well-formed, and each alert fires when it should and not before."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("alert rules were NOT tested: there is no promtool here (Debian: prometheus)")
    (tmp_path / "rules.json").write_text(json.dumps(RULES))
    tests = shutil.copy(FOLDER / "rules_test.yaml", tmp_path)
    subject = str(tmp_path / "rules.json") if command == "check" else str(tests)
    done = subprocess.run(
        [promtool, command, "rules", subject], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tested() -> None:
    """Each has a case in which it fires."""
    cases = yaml.safe_load((FOLDER / "rules_test.yaml").read_text())["tests"]
    fired = {
        test["alertname"]
        for case in cases
        for test in case.get("alert_rule_test", ())
        if test.get("exp_alerts")
    }
    assert fired == {rule["alert"] for rule in rules() if "alert" in rule}


@each_operated
def test_traces_go_to_the_collector(rendered: Rendered) -> None:
    """At the port that it listens on, with an endpoint that the policy lets through."""
    collector = rendered.get("ConfigMap", "otel-collector")["data"]["collector.yaml"]
    listens = yaml.safe_load(collector)["receivers"]["otlp"]["protocols"]["http"]["endpoint"]
    port = int(listens.rpartition(":")[2])
    deployment = rendered.get("Deployment", "otel-collector")
    ports = {p["name"]: p["containerPort"] for p in pod(deployment)["containers"][0]["ports"]}
    assert ports["otlp-http"] == port
    for service in SERVICES:
        endpoint = rendered.settings(service)["OTEL_EXPORTER_OTLP_ENDPOINT"]
        assert endpoint == f"http://otel-collector:{port}"
    health = yaml.safe_load(collector)["extensions"]["health_check"]["endpoint"]
    assert ports["health"] == int(health.rpartition(":")[2])
