"""Signatures that the official library accepts, and what each answer means."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from shared.webhooks import Answer, Outcome, Outgoing, answer_of, new_secret, signed_headers

BODY = '{"item": 1042}'


def outgoing(*secrets: str) -> Outgoing:
    return Outgoing("msg_1", "https://hooks.example.org/in", BODY, secrets)


def test_a_receiver_can_verify_what_we_sign() -> None:
    """With the library that receivers use; a changed body is not accepted."""
    secret = new_secret()
    headers = signed_headers(outgoing(secret), datetime.now(UTC))
    assert Webhook(secret).verify(BODY, headers) == {"item": 1042}
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify('{"item": 1043}', headers)


def test_during_a_rotation_both_secrets_verify() -> None:
    """The receiver changes over whenever it suits; a third secret opens nothing."""
    new, old = new_secret(), new_secret()
    headers = signed_headers(outgoing(new, old), datetime.now(UTC))
    for secret in (new, old):
        Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers)


def test_the_signature_has_the_sender_s_time() -> None:
    """Whatever zone it is given in; an old one is refused as a replay."""
    secret, now = new_secret(), datetime.now(UTC)
    elsewhere = now.astimezone().replace(microsecond=0)
    assert signed_headers(outgoing(secret), elsewhere) == signed_headers(outgoing(secret), now)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY, signed_headers(outgoing(secret), now - timedelta(hours=1)))


def test_secrets_are_not_shown() -> None:
    """Not where a message is printed, and never the same twice."""
    secret = new_secret()
    assert secret not in repr(outgoing(secret))
    assert secret != new_secret()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED),
        (204, Outcome.DELIVERED),
        (301, Outcome.PERMANENT),
        (307, Outcome.PERMANENT),
        (400, Outcome.PERMANENT),
        (401, Outcome.PERMANENT),
        (404, Outcome.PERMANENT),
        (408, Outcome.TEMPORARY),
        (410, Outcome.GONE),
        (429, Outcome.TEMPORARY),
        (500, Outcome.TEMPORARY),
        (502, Outcome.UNKNOWN),
        (503, Outcome.TEMPORARY),
        (504, Outcome.UNKNOWN),
    ],
)
def test_each_status_has_one_meaning(status: int, outcome: Outcome) -> None:
    """Gone, passing, for good, or perhaps arrived."""
    assert answer_of(status) == Answer(outcome, f"http_{status}")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), (" 5 ", 5), ("99999999999", 86_400), ("-1", None), ("soon", None), (None, None)],
)
def test_a_receiver_may_ask_to_be_left_alone(header: str | None, seconds: int | None) -> None:
    """For a day at most; what cannot be read is not believed."""
    assert answer_of(429, header).retry_after == seconds
