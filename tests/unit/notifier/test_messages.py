"""Messages carry nothing about anybody (R-24), retries spread, words exist for all that happens."""

import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from notifier import words
from notifier.contacts.domain import Channel
from notifier.domain import Action, AlertState, AlertStep, StepKind, fold
from notifier.incidents import News
from notifier.outcomes import LONGEST_WAIT, wait_before
from notifier.policy import AlertClass
from notifier.routing import PROGRAM_LINE, PassedOver, Role
from notifier.withdrawals import IN_MESSAGES, Withdrawal
from shared.events import RecontactCause
from shared.ids import new_id

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
MAIL = files("notifier") / "templates" / "mail"
# Besides fixed words a message may say its number, its kind, its link or a code, why it is
# withdrawn, how many old contacts it tells of and their days: nothing else.
MAY_SAY = {"number", "numbers", "purpose", "link", "code", "answer", "why"}
MAY_SAY |= {"contacts", "first", "last"}
FORBIDDEN = re.compile(
    r"\b(lead|diver\w+|throughline|participant|client|case|police|arrest\w*|book\w*|jail|custody"
    r"|charge\w*|court|prosecut\w*|warrant|release\w*|drug|overdose|probation|name)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", sorted(file.name for file in MAIL.iterdir()))
def test_a_message_says_nothing_about_anybody(name: str) -> None:
    """Only the listed values are filled in, and no word tells what this is about."""
    text = (MAIL / name).read_text()
    used = set(re.findall(r"\{\{-?\s*(\w+)", text)) | set(re.findall(r"\{% if (\w+)", text))
    assert used <= MAY_SAY
    assert used or name.startswith("test")
    assert FORBIDDEN.findall(re.sub(r"\{[{%].*?[%}]\}", "", text)) == []


def test_why_something_is_withdrawn_tells_nothing_of_it() -> None:
    """Every reason has words for a message, and none of them tells what it was about."""
    assert set(IN_MESSAGES) == set(Withdrawal)
    assert FORBIDDEN.findall(" ".join(IN_MESSAGES.values())) == []


def test_the_lint_sees_a_name() -> None:
    """A planted word is found."""
    assert FORBIDDEN.search("Your client was booked")


@pytest.mark.parametrize("attempts", [1, 2, 5, 10, 1_000])
def test_retries_wait_longer_and_spread(attempts: int) -> None:
    """Doubling up to five minutes, never less than half of it."""
    shortest, longest = wait_before(attempts, 0), wait_before(attempts, 1)
    assert timedelta(seconds=1) <= shortest < longest <= LONGEST_WAIT
    assert shortest * 2 == longest
    assert wait_before(attempts + 1, 0) >= shortest


def step(kind: StepKind, who: str | None = None, detail: str | None = None) -> AlertStep:
    return AlertStep(alert_id=new_id(), at=NOW, kind=kind, who=who, detail=detail, by="ben")


@pytest.mark.parametrize(
    ("kinds", "state", "recipient"),
    [
        ("raised:alice", "waiting", "alice"),
        ("raised:alice noted updated:alice delivered:alice", "waiting", "alice"),
        ("raised:alice escalated:ben", "waiting", "ben"),
        ("raised:alice handed_over:ben reassigned:carla", "waiting", "carla"),
        ("raised:alice delivered:alice told:alice", "told", "alice"),
        ("raised:alice escalated:ben unanswered:ben", "unanswered", "ben"),
        ("raised:alice escalated:ben acknowledged:ben", "escalated", "ben"),
        ("raised:alice escalated:ben acknowledged:alice", "acknowledged", "ben"),
        ("raised:alice escalated:ben unanswered:ben acknowledged:carla", "escalated", "ben"),
        ("raised:alice escalated:program-line acknowledged:carla", "escalated", "program-line"),
        ("raised:alice handed_over:ben acknowledged:ben", "handed_over", "ben"),
        (
            "raised:alice handed_over:ben reassigned:carla acknowledged:carla",
            "acknowledged",
            "carla",
        ),
        ("raised:alice suppressed: acknowledged:alice", "suppressed", "alice"),
        ("raised:alice told:alice acknowledged:alice recalled:", "told", "alice"),
        ("raised:alice acknowledged:alice delivered:alice viewed:ben", "acknowledged", "alice"),
    ],
)
def test_the_state_is_a_fold_over_the_steps(kinds: str, state: str, recipient: str) -> None:
    """Exactly one state after any history."""
    parts = [text.partition(":") for text in kinds.split()]
    steps = [step(StepKind(kind), who or None) for kind, _, who in parts]
    standing = fold(steps)
    assert (standing.state, standing.recipient) == (AlertState(state), recipient)


DETAILS: dict[StepKind, list[str | None]] = {
    StepKind.RAISED: [str(role) for role in Role],
    StepKind.STUCK: list(words.STUCK),
    StepKind.SUPPRESSED: list(words.SUPPRESSIONS),
    StepKind.UPDATED: [",".join(News), News.COURT],
    StepKind.PASSED_OVER: [f"{role}:{reason}" for role in Role for reason in PassedOver],
    StepKind.ESCALATED: [
        f"{role}:{why}" for role in Role for why in ("no_answer", "not_delivered", "asked_for")
    ],
    StepKind.REASSIGNED: [str(role) for role in Role],
    StepKind.HELD: [None, "too_many"],
    StepKind.DELIVERED: list(Channel),
    StepKind.DELAYED: [
        "smtp_451",
        "smtp_unreachable",
        "smtp_disconnected",
        "smtp_lost_after_data",
        "sms_unreachable",
        "sms_no_answer",
        "sms_429",
        "chat_no_answer",
        "chat_refused",
        "webhook_http_503",
        "webhook_no_answer",
        "webhook_not_connected",
        "webhook_name_not_resolved",
    ],
    StepKind.NOT_DELIVERED: [
        "smtp_550",
        "smtp_connect_535",
        "unknown_twice",
        "no_address",
        "sms_400",
        "sms_not_sent",
        "webhook_http_410",
        "webhook_address_not_public",
        "webhook_url_refused",
    ],
    StepKind.ANOTHER_WAY: list(Channel),
    StepKind.UNANSWERED: ["no_answer", "not_delivered"],
    StepKind.ACKNOWLEDGED: [None, *Action],
}
CONCERNS_NOBODY: dict[StepKind, tuple[None]] = {
    StepKind.NOTED: (None,),
    StepKind.PASSED_OVER: (None,),
}


@pytest.mark.parametrize("kind", list(StepKind))
def test_everything_that_can_happen_has_words(kind: StepKind) -> None:
    """Every step with every detail becomes one sentence; no code is shown."""
    for detail in DETAILS.get(kind, [None]):
        for who in ("alice", PROGRAM_LINE, *CONCERNS_NOBODY.get(kind, ())):
            sentence = words.sentence(step(kind, who, detail), lambda sub: sub.title())
            assert sentence.endswith(".")
            assert sentence[0].isupper()
            assert "_" not in sentence


def test_every_list_of_words_is_complete() -> None:
    """A page must not fail on a value that nobody gave a word."""
    assert set(words.CAUSES) >= set(RecontactCause)
    assert set(words.CLASSES) == set(AlertClass)
    assert set(words.ACTIONS) == set(Action)
    assert set(words.NEWS) == set(News)


@pytest.mark.parametrize(
    ("name", "short"),
    [("Samuel Testperson", "Samuel T."), ("Ana Maria Ruiz", "Ana R."), ("Cher", "Cher"), ("", "")],
)
def test_a_name_on_the_list_is_short(name: str, short: str) -> None:
    """Given name and initial: somebody may be looking over the shoulder."""
    assert words.short_name(name) == short
