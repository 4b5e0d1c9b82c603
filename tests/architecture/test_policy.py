"""Every route, event, template and webhook against the information policy (shared/policy.py)."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from jinja2 import nodes
from pydantic import BaseModel, TypeAdapter
from tests.apps import ROOT, api_routes

from shared.events import ALL, Event
from shared.events.export import listeners
from shared.pages import environment
from shared.policy import (
    CARE,
    HOOK,
    JUSTICE,
    PAGE,
    PARTNER,
    POLICY,
    RESOURCES,
    Basis,
    Carries,
    Origin,
    basis_for,
    carried,
    page,
)
from shared.policy_fields import NOT_TOLD, TOLD
from shared.sealing import DataClass

ROUTES = api_routes()


def dependencies(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from dependencies(inner)


def roles_of(route: APIRoute) -> set[str]:
    """Whom the route's gate lets in; empty for what needs no role."""
    found: set[str] = set()
    for call in dependencies(route.dependant):
        found.update(getattr(call, "_roles", ()))
    return found


def path_of(name: str) -> str:
    return name.split(" ", 2)[2]


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_route_tells_each_role_only_what_the_policy_allows(name: str) -> None:
    """Its resource has a row, and every role that its gate admits may get all of that."""
    path = path_of(name)
    for role in roles_of(ROUTES[name]) or {"*"}:
        row = carried(path, role)
        assert row is not None, f"add {path} to RESOURCES in shared/policy.py"
        grounds = {kind: basis_for(*kind, role, row.purpose) for kind in row.data if role != "*"}
        assert Basis.NEVER not in grounds.values(), (role, row.purpose, grounds)


def fields_of(model: Any, hidden: set[str]) -> set[str]:
    """`Model.field` of everything in an answer, however deep, but for the hidden models."""
    schema = TypeAdapter(model).json_schema(mode="serialization")
    known, found, waiting = schema.get("$defs", {}), set(), [schema]
    seen: set[str] = set()
    while waiting:
        part = waiting.pop()
        for field, value in part.get("properties", {}).items():
            inner = models_in(value)
            if not inner or inner - hidden:
                found.add(f"{part.get('title', '?')}.{field}")
        for name in models_in(part) - hidden - seen:
            seen.add(name)
            waiting.append(known[name])
    return found


def models_in(value: Any) -> set[str]:
    """The models that a piece of a schema refers to."""
    if isinstance(value, dict):
        own = {value["$ref"].rsplit("/", 1)[1]} if "$ref" in value else set()
        return own.union(*(models_in(v) for k, v in value.items() if k != "$defs"))
    return set().union(*map(models_in, value)) if isinstance(value, list) else set()


def justice_routes() -> list[tuple[str, str]]:
    return [
        (name, role)
        for name, route in sorted(ROUTES.items())
        for role in sorted(roles_of(route) & set(JUSTICE))
        if route.response_model is not None
    ]


@pytest.mark.parametrize(("name", "role"), justice_routes())
def test_every_field_told_to_the_justice_system_has_a_row(name: str, role: str) -> None:
    """A new field of such an answer fails here until somebody has said what it is."""
    hidden = {model for who, model in NOT_TOLD if who == role}
    told = fields_of(ROUTES[name].response_model, hidden)
    unknown = {field for field in told if field.split(".")[1] not in TOLD[role]}
    assert unknown == set(), f"say in shared/policy_fields.py what is told to a {role}"
    grounds = {field: basis_for(*TOLD[role][field.split(".")[1]], role) for field in told}
    assert Basis.NEVER not in grounds.values(), grounds


def test_the_rule_sees_a_new_field_and_a_new_route() -> None:
    """Planted: what nobody has said anything about is found."""

    class Inner(BaseModel):
        relapse: str

    class Planted(BaseModel):
        state: str
        inner: list[Inner]

    assert fields_of(Planted, set()) == {"Planted.state", "Planted.inner", "Inner.relapse"}
    assert fields_of(Planted, {"Inner"}) == {"Planted.state"}
    assert "relapse" not in TOLD["agency-reporter"]
    assert carried("/v1/whereabouts/{key}", "agency-reporter") is None
    plans = carried("/v1/participants/{key}/plans/current", "liaison-prosecutor")
    assert plans is not None
    assert basis_for(*plans.data[0], "liaison-prosecutor", plans.purpose) is Basis.NEVER


def test_the_justice_system_never_gets_care_or_a_name_of_the_program_s() -> None:
    """On no ground, for no purpose: no row can be added by mistake (R-14)."""
    for role in (*JUSTICE, PARTNER, HOOK):
        for origin in Origin:
            assert basis_for(CARE, origin, role) is Basis.NEVER
        assert all(kind is not CARE for kind, _ in TOLD.get(role, {}).values())
    for role in JUSTICE:
        assert basis_for(DataClass.IDENTITY, Origin.PROGRAM, role) is Basis.NEVER
        assert basis_for(DataClass.PROGRAM, Origin.PROGRAM, role) is not Basis.ALLOWED


def origin_of(event: type[Event], kind: DataClass) -> Origin:
    if kind is CARE:
        return Origin.CARE
    return Origin.JUSTICE if event.topic.endswith(".reports") else Origin.PROGRAM


@pytest.mark.parametrize("service", sorted(listeners(ROOT)))
def test_a_service_hears_only_what_the_policy_allows(service: str) -> None:
    """Class and origin of every field of every event that it subscribes to."""
    heard = listeners(ROOT)[service]
    assert heard
    for event in heard:
        for field, kind in event.classes.items():
            ground = basis_for(kind, origin_of(event, kind), service, "processing")
            assert ground is Basis.ALLOWED, f"{service} hears {event.__name__}.{field} ({kind})"


def test_the_rule_sees_care_on_its_way_to_the_hook() -> None:
    """The walk above can fail: an event with a care field would not be allowed there."""
    sealed = [event for event in ALL if CARE in event.classes.values()]
    assert sealed
    for event in sealed:
        assert basis_for(CARE, origin_of(event, CARE), HOOK, "processing") is Basis.NEVER


def said_in(package: str, template: str) -> set[str]:
    """The attributes of facts that a template writes."""
    source, _, _ = environment(package).loader.get_source(  # type: ignore[union-attr]
        environment(package), template
    )
    tree = environment(package).parse(source)
    return {node.attr for node in tree.find_all(nodes.Getattr)}


def justice_templates() -> list[str]:
    folder = ROOT / "services" / HOOK / "src" / "prosecution_hook" / "templates"
    return sorted(path.name for path in folder.glob("*.html"))


def test_pages_for_the_liaison_say_only_what_has_a_row() -> None:
    """Every attribute in every template of the hook, but for the page's own words."""
    own = {"name", "sub", "title", "href", "label", "current", "append", "items", "next"}
    own |= {"last", "isoformat"}
    for template in justice_templates():
        unknown = said_in("prosecution_hook", template) - own - set(TOLD["liaison-prosecutor"])
        assert unknown == set(), f"{template}: say in shared/policy_fields.py what these are"


def test_the_page_is_the_policy() -> None:
    """docs/policy.md is what the tests hold; `python -m shared.policy` writes it."""
    assert (ROOT / PAGE).read_text() == "\n".join(page()) + "\n"
    assert len({(r.data, r.origin, r.recipients, r.purpose) for r in POLICY}) == len(POLICY)
    assert all(isinstance(row, Carries) or "*" in row for row in RESOURCES.values())
