"""The same report is recognized however it is written; another report never is."""

import copy
import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.referral.bodies import CONTACT, REFERRAL
from tests.unit.prosecution.test_report_rules import BODIES

from prosecution_hook.reports.api import INLETS
from referral.contacts.api import CONTACTS
from referral.referrals.commands import ReferPerson
from shared.canonical import canonical
from shared.inbound import Inlet
from shared.intake import _not_content
from shared.reports import read_report

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALL: dict[str, tuple[Inlet[Any], dict[str, Any]]] = {
    "contacts": (CONTACTS, CONTACT),
    **{name: (INLETS[name], body) for name, body in BODIES.items()},
}
KINDS = [*ALL, "referrals"]


def content(kind: str, body: dict[str, Any], now: datetime = NOW) -> str:
    """The canonical content of a body, as a receipt's digest is made over it."""
    sent = json.dumps(body).encode()
    if kind == "referrals":
        return canonical(read_report(ReferPerson, sent, now))
    inlet = ALL[kind][0]
    report = inlet.event(read_report(inlet.model, sent, now), uuid4(), now)
    return canonical(report, without=_not_content(report))


def body_of(kind: str) -> dict[str, Any]:
    body = copy.deepcopy(REFERRAL if kind == "referrals" else ALL[kind][1])
    body["person"] |= {"given": "José", "middle": "Đặng Ngọc", "aliases": ["Žižek, José"]}
    return body


def rewritten(value: Any, offset: timezone, form: str, noise: str, digits: str) -> Any:
    """The same in another spelling: zone, precision, letters, white space, order of members."""
    if isinstance(value, dict):
        names = sorted(value, reverse=noise != "")
        return {n: rewritten(value[n], offset, form, noise, digits) for n in names}
    if isinstance(value, list):
        return [rewritten(inner, offset, form, noise, digits) for inner in value]
    if not isinstance(value, str):
        return value
    if len(value) > 10 and value[4:5] == "-" and "T" in value:
        at = datetime.fromisoformat(value).astimezone(offset).isoformat()
        return at[:19] + digits + at[19:]
    if any(ord(c) > 127 for c in value):
        return noise + unicodedata.normalize(form, value) + noise  # type: ignore[arg-type]
    return value


@pytest.mark.parametrize("kind", KINDS)
@given(
    offset=st.builds(lambda m: timezone(timedelta(minutes=m)), st.integers(-840, 840)),
    form=st.sampled_from(["NFC", "NFD"]),
    noise=st.sampled_from(["", " ", "\t", "\u200b", "\ufeff", " \u200e"]),
    digits=st.sampled_from(["", ".0", ".000", ".000000"]),
)
def test_another_spelling_is_the_same(
    kind: str, offset: timezone, form: str, noise: str, digits: str
) -> None:
    body = body_of(kind)
    assert content(kind, rewritten(body, offset, form, noise, digits)) == content(kind, body)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_empty_is_the_same_as_what_is_left_out(kind: str) -> None:
    body = body_of(kind)
    absent: dict[str, Any] = {"drug": None} if kind == "referrals" else {"charges": []}
    left_out = {name: value for name, value in body.items() if name not in absent}
    person = body["person"] | {"suffix": None, "identifiers": [], "age_to": None}
    bare = body["person"] | {"identifiers": []}
    assert content(kind, body | absent | {"person": person}) == content(
        kind, left_out | {"person": bare}
    )


def changes(kind: str) -> list[dict[str, Any]]:
    body = body_of(kind)
    moved = [
        {name: (datetime.fromisoformat(body[name]) - timedelta(seconds=1)).isoformat()}
        for name in body
        if name.endswith("_at")
    ]
    person = body["person"]
    return [
        *moved,
        {"person": person | {"given": "Jose"}},
        {"person": person | {"dob": "1980-01-03"}},
        {"person": person | {"aliases": []}},
        {"charges": [*body["charges"], {"seq": 2}]},
        {"charges": [body["charges"][0] | {"text": "Other"}]},
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_another_content_is_another(kind: str) -> None:
    body = body_of(kind)
    found = [content(kind, body), *(content(kind, body | change) for change in changes(kind))]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("kind", KINDS)
def test_sent_again_later_it_is_the_same(kind: str) -> None:
    """The time of receipt, the ids and a time that the source did not give are not its content."""
    body = body_of(kind)
    assert content(kind, body) == content(kind, body, NOW + timedelta(days=3))
