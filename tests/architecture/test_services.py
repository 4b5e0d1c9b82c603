"""Every service has the same shape, and the firewall holds in what it subscribes to."""

import importlib
import re
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo
from tests.architecture.source import ROOT, SERVICES, modules, strings

from shared.config import ServiceSettings
from shared.events import ALL, TOPICS, Event, dead_letter_topic, sealed_classes
from shared.events.export import CATALOGUE, listeners
from shared.messages import Subscription, UnreadableSubscription, check_subscriptions
from shared.migrations import spine_0001, spine_0002, spine_0003, spine_0004, spine_0005
from shared.sealing import KeyRing, generate_key_ring

SIX = ("api.py", "commands.py", "handlers.py", "domain.py", "repository.py", "consumers.py")
CREATED = re.compile(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", re.I)
CLASSES = dict.fromkeys(SERVICES, ("identity", "care")) | {"prosecution-hook": ("identity",)}
LISTENERS = listeners(ROOT)
SPINE = (
    *spine_0001.STATEMENTS,
    *spine_0001.INTAKE,
    *spine_0002.STATEMENTS,
    *spine_0003.STATEMENTS,
    *spine_0004.STATEMENTS,
    *spine_0005.STATEMENTS,
)

each_service = pytest.mark.parametrize("service", SERVICES)


def source(service: str) -> Path:
    return ROOT / "services" / service / "src" / SERVICES[service]


def readme(service: str) -> str:
    return (ROOT / "services" / service / "README.md").read_text()


def tables(service: str) -> set[str]:
    """The tables that the service's migrations create, beside the spine's."""
    versions = (source(service) / "migrations" / "versions").glob("*.py")
    texts = "\n".join(path.read_text() for path in versions)
    return set(CREATED.findall(texts)) | set(re.findall(r"create_table\(\s*[\"'](\w+)", texts))


def settings(service: str) -> dict[str, FieldInfo]:
    main = importlib.import_module(f"{SERVICES[service]}.main")
    assert issubclass(main.Settings, ServiceSettings)
    fields: dict[str, FieldInfo] = main.Settings.model_fields
    return fields


def test_there_are_four_services() -> None:
    """The rules below have something to hold for."""
    assert set(SERVICES) == {"referral", "casework", "prosecution-hook", "notifier"}


@each_service
def test_a_service_has_the_usual_files(service: str) -> None:
    """Who knows one service finds everything in the next."""
    names = {path.name for path in source(service).iterdir()}
    # A service that has outgrown six files splits by concern into folders of the same six names.
    everywhere = {path.name for path in source(service).rglob("*.py")}
    assert {*SIX} - everywhere <= (set() if service in LISTENERS else {"consumers.py"})
    assert {"main.py", "migrations", "py.typed"} <= names
    versions = source(service) / "migrations" / "versions"
    assert list(versions.glob("0001_*.py"))
    assert len((source(service) / "main.py").read_text().splitlines()) <= 80


@each_service
def test_the_readme_is_the_service_s_canvas(service: str) -> None:
    """It names what the service publishes, listens to, stores and reads from its environment."""
    text = readme(service).lower()

    def mentions(event: type[Event]) -> bool:
        return event.__name__.lower() in text or event.type.split(".")[2] in text

    published = [event for event in ALL if event.service == service]
    known = [*published, *LISTENERS.get(service, ())]
    assert [event.__name__ for event in known if not mentions(event)] == []
    assert sorted(table for table in tables(service) if table not in text) == []
    own = settings(service).keys() - ServiceSettings.model_fields.keys()
    assert sorted(name for name in own if name not in text) == []


@each_service
def test_migrations_are_one_line(service: str) -> None:
    """Two that landed side by side with one number would stop every deployment."""
    texts = [
        path.read_text() for path in (source(service) / "migrations" / "versions").glob("*.py")
    ]
    line = {
        re.search(r'^revision = "(\w+)"', text, re.M)[1]:  # type: ignore[index]
        re.search(r'^down_revision = (?:"(\w+)"|None)', text, re.M)[1]  # type: ignore[index]
        for text in texts
    }
    assert len(line) == len(texts)
    assert sorted(line.values(), key=str) == sorted([None, *sorted(line)[:-1]], key=str)


def test_table_names_are_unique_in_the_workspace() -> None:
    """All services' table classes share one registry, and everybody must know whose a table is."""
    spine = set(CREATED.findall("\n".join(SPINE)))
    assert {"outbox", "inbox", "timer", "intake", "audit_record"} <= spine
    owners: dict[str, list[str]] = {name: ["shared"] for name in spine}
    for service in SERVICES:
        for name in tables(service):
            owners.setdefault(name, []).append(service)
    assert {name: who for name, who in owners.items() if len(who) > 1} == {}


@each_service
def test_a_service_can_read_what_it_subscribes_to(service: str) -> None:
    """With the class keys that it is given in every deployment, and no others."""
    ring = KeyRing(generate_key_ring(CLASSES[service])["keys"])
    check_subscriptions(dict.fromkeys(LISTENERS.get(service, ()), _UNUSED), ring)


async def _unused(*_: object) -> None: ...


_UNUSED = Subscription("unused", _unused)


def test_the_prosecution_hook_subscribes_to_no_care() -> None:
    """The one-way firewall: care never flows toward justice, not even by mistake."""
    for event in LISTENERS.get("prosecution-hook", ()):
        assert "care" not in sealed_classes(event)


def test_a_service_without_the_key_refuses_to_start() -> None:
    """The check above can fail: identity fields need the identity key."""
    sealed = next(event for event in ALL if sealed_classes(event))
    with pytest.raises(UnreadableSubscription):
        check_subscriptions({sealed: _UNUSED}, KeyRing(generate_key_ring(())["keys"]))


def test_every_event_reaches_somebody_or_is_known_not_to() -> None:
    """An event that nobody hears is either for the outside or a forgotten subscription."""
    heard = {event for events in LISTENERS.values() for event in events}
    unheard = {event.__name__ for event in ALL if event not in heard}
    assert unheard <= UNHEARD.keys()
    assert UNHEARD.keys() <= unheard, "an exception that is not needed any more"


# Published for what is not a service of ours, with the reason.
UNHEARD = {
    "AlertDelivered": "reporting",
    "AlertAcknowledged": "reporting",
    "AlertEscalated": "reporting",
    "HandoffStarted": "in the contract; its listener is not built yet",
    "AlertClosed": "in the contract; its listener is not built yet",
    "AlertSuppressed": "in the contract; its listener is not built yet",
    "AlertRecalled": "in the contract; its listener is not built yet",
    "CoverageGapFound": "in the contract; its listener is not built yet",
    "WorkgroupActionAssigned": "reporting: the action itself is casework's own open item",
    "WorkgroupActionDone": "reporting: the action itself is casework's own open item",
    "PlanUpdated": "integrations: the names of a plan's domains, never their content",
    "IdentityReviewRaised": "reporting: the queue itself is casework's own page",
}


def test_every_topic_in_the_code_is_in_the_catalogue() -> None:
    """A topic that is written anywhere is one of the catalogue's, and on its page."""
    page = (ROOT / CATALOGUE).read_text()
    known = {*TOPICS, *(dead_letter_topic(service) for service in SERVICES)}
    assert {topic for topic in known if f"`{topic}`" not in page} == set()
    topic = re.compile(rf"^lead\.({'|'.join(SERVICES)})\.(events|reports|dead-letters)$")
    written = {text for m in modules() for _, text in strings(m) if topic.match(text)}
    assert written <= known
