"""Contact methods: what is an address, when a code is good, and who is reached by what."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from notifier.contacts.domain import (
    CODE_TRIES,
    Channel,
    ContactMethod,
    Offered,
    code_of,
    digest_of,
    mail_address,
    reach_of,
    read_address,
)
from notifier.errors import AddressRefused, ChannelNotOffered, CodeWrong
from notifier.policy import AlertClass
from shared.egress import UrlRefused
from shared.ids import new_id
from shared.sealing import DataClass, KeyRing
from shared.testing import MASTER_RING

RING = KeyRing(MASTER_RING["keys"])
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
ALL = Offered(sms=True, chat=frozenset({"slack"}))
PHONE = "+12065550100"


@pytest.mark.parametrize("text", ["", "alice", "a b@example.org", "alice@", "ä@example.org"])
def test_what_is_no_address_is_refused(text: str) -> None:
    """By form alone, without asking a name server."""
    with pytest.raises(AddressRefused):
        mail_address(text)


@pytest.mark.parametrize(
    ("channel", "text", "kept"),
    [
        (Channel.EMAIL, "Alice@Example.ORG", "Alice@example.org"),
        (Channel.SMS, "+1 (206) 555-01.00", PHONE),
        (Channel.SMS, "\u202d+1\u2011206\u2011555\u20110100\u202c", PHONE),
        (Channel.EMAIL, " alice@example.org ", "alice@example.org"),
        (Channel.EMAIL, "\u200balice@example.org\u200b", "alice@example.org"),
        (Channel.EMAIL, "\u202aalice@example.org\u202c\n", "alice@example.org"),
        (Channel.EMAIL, "alice\uff20example.org", "alice@example.org"),
        (Channel.EMAIL, "o'brien@example.org", "o'brien@example.org"),
        (Channel.WEBHOOK, " https://hooks.example.org/in ", "https://hooks.example.org/in"),
        (Channel.WEBHOOK, "https://hooks.example.org/in", "https://hooks.example.org/in"),
        (Channel.CHAT, "slack://a/b/c", "slack://a/b/c"),
    ],
)
def test_an_address_is_kept_in_one_form(channel: Channel, text: str, kept: str) -> None:
    """So that the same address is known again."""
    assert read_address(channel, text, ALL, "/address") == kept


@pytest.mark.parametrize(
    ("channel", "text", "refusal"),
    [
        (Channel.SMS, "555 0100", AddressRefused),
        (Channel.SMS, "+0123456789", AddressRefused),
        (Channel.SMS, "+1 555 0142", AddressRefused),
        (Channel.EMAIL, "a@example.org\r\nBcc: x@example.org", AddressRefused),
        (Channel.EMAIL, "a@example.org\nx", AddressRefused),
        (Channel.EMAIL, "Carla <carla@example.org>", AddressRefused),
        (Channel.WEBHOOK, "http://hooks.example.org", UrlRefused),
        (Channel.WEBHOOK, "https://169.254.169.254/", UrlRefused),
        (Channel.CHAT, "slack", AddressRefused),
        (Channel.CHAT, "slack://a b", AddressRefused),
        (Channel.CHAT, "json://10.0.0.1/", ChannelNotOffered),
        (Channel.CHAT, "syslog://x", ChannelNotOffered),
        (Channel.EMAIL, "a\x00@example.org", AddressRefused),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(
    channel: Channel, text: str, refusal: type[Exception]
) -> None:
    """Wrong by form, inside a private network, or of a service that is not allowed here."""
    with pytest.raises(refusal):
        read_address(channel, text, ALL, "/address")


def test_no_sms_where_there_is_no_provider() -> None:
    """A number that nothing could be sent to would look like being reachable."""
    with pytest.raises(ChannelNotOffered):
        read_address(Channel.SMS, PHONE, Offered(), "/address")


def method(channel: Channel = Channel.EMAIL, **more: Any) -> ContactMethod:
    method_id, address = new_id(), str(more.pop("address", "new@example.org"))
    values: dict[str, Any] = {"site": "s", "sub": "alice", "channel": channel, "updated_at": NOW}
    return ContactMethod(
        id=method_id,
        sealed_address=RING.seal(DataClass.IDENTITY, str(method_id), address.encode()),
        digest=digest_of(channel, address, RING),
        **(values | more),
    )


def asked() -> tuple[ContactMethod, str]:
    found, code_id = method(), UUID(int=7)
    found.ask_for_code(code_id, NOW)
    return found, code_of(code_id, "new@example.org", RING)


def test_the_right_code_in_time_verifies() -> None:
    """Also an address that had been given up."""
    found, code = asked()
    found.gone_at = NOW
    assert not found.usable
    assert found.verify(code, RING, NOW + timedelta(minutes=29))
    assert found.usable


def test_a_code_ends() -> None:
    """By time, by five tries, after its use, and when it was never asked for."""
    found, code = asked()
    with pytest.raises(CodeWrong):
        found.verify(code, RING, NOW + timedelta(minutes=31))
    for _ in range(CODE_TRIES):
        assert not found.verify("x", RING, NOW)
    with pytest.raises(CodeWrong):
        found.verify(code, RING, NOW)
    with pytest.raises(CodeWrong):
        method().verify(code, RING, NOW)
    assert not found.usable
    found, code = asked()
    assert found.verify(code, RING, NOW)
    with pytest.raises(CodeWrong):
        found.verify(code, RING, NOW)


def test_a_code_fits_one_address_only() -> None:
    """Somebody else's code, or an older one, opens nothing."""
    first = code_of(UUID(int=7), "a@example.org", RING)
    assert first != code_of(UUID(int=7), "b@example.org", RING)
    assert first != code_of(UUID(int=8), "a@example.org", RING)


def test_without_rules_what_is_urgent_comes_by_every_way() -> None:
    """Custody and safety by all that is verified; the rest by the first; nothing by the others."""
    mail = method(position=1, verified_at=NOW)
    sms = method(Channel.SMS, position=0, verified_at=NOW)
    unverified = method(Channel.CHAT, position=2)
    gone = method(Channel.WEBHOOK, position=3, verified_at=NOW, gone_at=NOW)
    plan = reach_of([mail, unverified, gone, sms])
    ways = {kind: [r.method for r in plan if r.alert_class is kind] for kind in AlertClass}
    assert ways[AlertClass.CUSTODY] == ways[AlertClass.SAFETY] == [sms, mail]
    assert ways[AlertClass.LEGAL] == ways[AlertClass.FIELD] == [sms]
    assert reach_of([unverified, gone]) == []
