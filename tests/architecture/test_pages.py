"""Rules for every template and every form of every service."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from jinja2 import nodes
from tests.apps import api_routes
from tests.architecture.source import ROOT, deployed
from tests.architecture.test_audit import calls_of

from notifier.answering.pages import link_transaction
from shared.idempotency import open_transaction
from shared.page_session import PageRoute
from shared.pages import environment

PATTERNS = ("shared/src/*/templates/*.html", "services/*/src/*/templates/*.html")
TEMPLATES = sorted(path for pattern in PATTERNS for path in ROOT.glob(pattern))
FORM = re.compile(r"<form\b[^>]*method=.?post", re.IGNORECASE)
# What writes a date or a time for people; `isoformat` is for machines, in attributes.
DATES = re.compile(r"strftime|%[aAbBHMpY]\b|\|\s*format\([^)]*\.(day|month|year|hour)\b")
ISO = re.compile(r'(datetime|value)="\{\{[^}]*isoformat\(\)[^}]*\}\}"')
# Forms that are carried out once without a key, and why.
WITHOUT_A_KEY = {
    "POST /signout": "ending a session again ends nothing",
    "POST /operations/dead-letters/{letter_id}/redrive": "a letter is redriven once",
}


def loaded(path: Path) -> tuple[str, nodes.Template]:
    package = "shared" if "shared/src" in str(path) else path.parent.parent.name
    return path.read_text(), environment(package).parse(path.read_text())


def keys_in(tree: nodes.Template) -> Iterator[nodes.Call]:
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "form_key":
            yield call


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_has_a_key(path: Path) -> None:
    source, tree = loaded(path)
    assert len(list(keys_in(tree))) == len(FORM.findall(source))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_writes_a_date_by_itself(path: Path) -> None:
    source = ISO.sub("", path.read_text())
    assert not DATES.search(source)
    assert "isoformat" not in source


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_calls_its_text_safe(path: Path) -> None:
    """What is marked safe is neither escaped nor isolated."""
    assert not re.search(r"\|\s*safe\b|autoescape", path.read_text())


def test_dates_for_people_are_written_in_one_place() -> None:
    """Formats with names of months or days, or with hours, stand in page_time only."""
    found = [
        f"{module.name}:{number}"
        for module in deployed()
        if module.name != "shared/page_time.py"
        for number, line in enumerate(module.path.read_text().splitlines(), 1)
        if re.search(r"strftime|:%[aAbBdHY]", line) and "%Y%m%dT" not in line
    ]
    assert found == []


def forms() -> dict[str, APIRoute]:
    """Every route that a page's form may be sent to."""
    return {
        name: route
        for name, route in api_routes().items()
        if isinstance(route, PageRoute) and " POST " in name
    }


def test_every_form_is_carried_out_once() -> None:
    """Its transaction claims the key, or it is on the list with its reason."""
    claiming = {open_transaction, link_transaction}
    unclaimed = {
        name.partition(" ")[2]
        for name, route in forms().items()
        if not claiming & set(calls_of(route.dependant))
    }
    assert len(forms()) > 40
    assert unclaimed == set(WITHOUT_A_KEY)
