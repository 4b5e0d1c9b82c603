"""What an SMS means. STOP in any reasonable words, and in no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.receipts.replies import Reply, Word, read_reply

STOPS = (
    "STOP", "stop ", "Stop.", "STOP!", "Stop please", "stop texting me", "Unsubscribe", "OPT OUT",
    "OPTOUT", "opt-out", "Opt me out", "REVOKE", "cancel", "END", "QUIT", "STOPALL", "stop all",
    "\u200bSTOP", "\uff33\uff34\uff2f\uff30", "STOP\n\nSent from my phone", '"STOP"',
    "\u201cStop\u201d", "\u202dSTOP\u202c", "S T O P", "stop stop STOP!!!", "Stop. Thank you",
    "please stop", "Please stop texting me.", "please\nstop", "STOP\n-- \nCarla Ruiz",
    "STOP\nCarla Ruiz\nCase manager", "STOP Get Outlook for Android", "stop it",
    "I want to opt out", "can you stop sending me these messages?", "don't text me",
    "Don\u2019t send me any more messages", "do not contact me", "no more texts",
    "remove me from this list", "take me off your list", "leave me alone", "I revoke my consent",
    "wrong number, stop", "cancel all messages", "end texts", "ALTO", "Parar por favor",
    "no m\u00e1s mensajes", "Arr\u00eat", "\u0421\u0422\u041e\u041f", "\u505c\u6b62", "d\u1eebng",
)  # fmt: skip
UNCLEAR = (
    "stopped by, all good", "don't stop", "do not stop", "Stop by at 5", "bus stop",
    "the stop sign", "cancel my 3 pm", "cancel that", "end of shift", "the meeting will end at 5",
    "quitting time", "nonstop", "he will stop", "I can't stop thinking", "1042 stop by",
    "don't cancel", "never mind", "How do I stop these", "no", "ok", "thanks", "", " ", "text me",
    "remove the charge", "please", "wrong number", "I will send it", "\U0001f44d", "unstoppable",
)  # fmt: skip
STARTS = (
    "START", "start.", "Start please", "UNSTOP", "yes", "Yes please", "start again", "opt in",
    "resume messages", "\uff33\uff34\uff21\uff32\uff34", "\u200bstart\n\nSent from my iPhone",
    "empezar",
)  # fmt: skip
NUMBERS = (
    "1042", "ACK 1042", "ack #1042.", "ok 1042", "yes 1042!", "\uff11\uff10\uff14\uff12",
    "1042\n\nSent from my iPhone", "\u202d1042\u202c", " #1042 ",
)  # fmt: skip


@pytest.mark.parametrize("text", STOPS)
def test_stop_in_any_reasonable_words(text: str) -> None:
    assert read_reply(text).word is Word.STOP


@pytest.mark.parametrize("text", UNCLEAR)
def test_other_words_stop_nothing(text: str) -> None:
    """They are answered with how to stop."""
    assert read_reply(text).word is Word.UNCLEAR


@pytest.mark.parametrize("text", STARTS)
def test_start_brings_messages_back(text: str) -> None:
    assert read_reply(text).word is Word.START


@pytest.mark.parametrize("text", NUMBERS)
def test_an_items_number_says_that_somebody_has_it(text: str) -> None:
    assert read_reply(text) == Reply(Word.ACKNOWLEDGE, 1042)


@given(
    word=st.sampled_from(("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe")),
    before=st.sampled_from(("", "please ", "Please, ", '"', "\u200b", "  ")),
    after=st.sampled_from(
        ("", ".", "!", "!!", '"', " please", " now", " texting me", "\n\n-- \nB")
    ),
    upper=st.booleans(),
)
def test_the_seven_words_of_the_rule(word: str, before: str, after: str, upper: bool) -> None:
    """As 47 CFR 64.1200(a)(10) lists them, with what people put around them."""
    text = f"{before}{word}{after}"
    assert read_reply(text.upper() if upper else text).word is Word.STOP


@given(st.text(max_size=200))
def test_any_text_has_a_meaning(text: str) -> None:
    assert isinstance(read_reply(text), Reply)
