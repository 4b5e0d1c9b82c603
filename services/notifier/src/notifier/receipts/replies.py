"""What somebody means by an SMS: an item's number, STOP in any of its forms, START. Pure.

STOP follows the FCC's rule of April 2025 (47 CFR 64.1200(a)(10)): any reasonable words count. The
rule here: an SMS means STOP when it says a word for stopping and otherwise only words that such a
wish is made of ("please", "texting me", "thank you"), or asks not to be texted. A word of any other
meaning makes it something else: "stopped by, all good" and "don't stop" stop nothing, and get the
answer that says how to. Signatures, quotes, punctuation, letter case and invisible characters do
not count.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Ten SMS parts and more; what is longer is no answer.
_LONGEST = 2_000
_ACK = re.compile(r"(?:ack|ok|okay|yes)?\s*#?\s*([0-9]{1,15})\s*[.!]*", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"^[ \t]*(?:--|__).*|\b(?:sent (?:from|via|with)|get outlook|enviado des?de|envoye de)\b.*",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_ONE_WORD = re.compile(r"\b(opt|unsub|stop)(?:\s+me)?\s+(out|scribe|all)\b")
_STOP = _set(
    "stop stopall quit revoke optout unsubscribe unsub "
    # Spanish, French, Russian and Ukrainian, Vietnamese, Chinese, Korean.
    "alto parar pare paren basta detener detenga arret arreter стоп зупинити dung "
    "停止 退订 退訂 停 중지 그만"
)
# Words of everyday work, too: only on their own or beside words of courtesy and messages.
_STOP_ALONE = _set("end cancel cancelar cancela baja")
_COURTESY = _set(
    "please pls plz kindly thank thanks thx you u now immediately asap ok okay yes hi hello ok the "
    "i id would like want to can could will por favor gracias ya merci svp"
)
_MESSAGES = _set(
    "text texts texting txt txts message messages messaging msg msgs sms alert alerts notification "
    "notifications reminder reminders contacting contact sending send getting receiving receive "
    "get me my phone number mobile cell these those all any more from for on this consent wrong "
    "mensajes mensaje textos los las de enviar enviarme mas"
)
_IT = frozenset(("it", "this", "that"))
_NEVER = re.compile(
    r"(?:do not|dont|never|no more|cease|no mas|plus de)"
    r"(?: (?:text|message|contact|send|sms|texts|messages|msgs|alerts|notifications|texting|"
    r"messaging|contacting|sending|mensajes|me|to|my|phone|number|this|any|more|ever|again|here|"
    r"please|thanks|thank|you))+"
)
_LIST = re.compile(
    r"(?:remove me|take me off|remove my number|delete my number|unlist me|take my number off)"
    r"(?: (?:from|off|of|your|the|this|list|please|now|thanks|thank|you|contacts|messages))*"
    r"|leave me alone|(?:i )?(?:withdraw|revoke|take back) (?:my )?(?:consent|permission)"
)
_START = _set("start unstop yes resume optin subscribe comenzar empezar inicio si")
_AGAIN = _set("again back")


class Word(StrEnum):
    """What somebody means by an SMS."""

    ACKNOWLEDGE = "acknowledge"
    STOP = "stop"
    START = "start"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMS as it is understood; `number` is an item's."""

    word: Word
    number: int | None = None


def read_reply(text: str) -> Reply:
    """ACK 1042, or only 1042; STOP and START however they are said."""
    said = _SIGNATURE.sub("", _visible(text[:_LONGEST])).strip()
    first = said.partition("\n")[0]
    for part in dict.fromkeys((said, first)):
        if found := _ACK.fullmatch(part.strip()):
            return Reply(Word.ACKNOWLEDGE, int(found[1]))
        words = _words(part)
        if _is_stop(words):
            return Reply(Word.STOP)
        if _is_start(words):
            return Reply(Word.START)
    return Reply(Word.UNCLEAR)


def _visible(text: str) -> str:
    """Fullwidth letters as usual ones, nothing invisible, no accents."""
    plain = unicodedata.normalize("NFKD", text)
    seen = (c for c in plain if unicodedata.category(c) not in ("Cf", "Mn"))
    return unicodedata.normalize("NFC", "".join(seen))


def _words(text: str) -> list[str]:
    """In lower case, without punctuation; `opt out` and `s t o p` are one word."""
    joined = re.sub(r"['\u2019`\u00b4\u02bc]", "", text.casefold())
    words = re.findall(r"[^\W_]+", joined)
    if len(words) > 1 and all(len(word) == 1 and word.isascii() for word in words):
        return ["".join(words)]
    return _ONE_WORD.sub(r"\1\2", re.sub(r"\bopt in\b", "optin", " ".join(words))).split()


def _is_stop(words: list[str]) -> bool:
    said = set(words)
    strong, weak = said & _STOP, said & _STOP_ALONE
    allowed = _COURTESY | _MESSAGES | (_IT if strong else frozenset())
    if (strong or weak) and said <= strong | weak | allowed:
        return True
    phrase = " ".join(word for word in words if word not in ("please", "pls", "kindly"))
    return bool(_NEVER.fullmatch(phrase) or _LIST.fullmatch(phrase))


def _is_start(words: list[str]) -> bool:
    said = set(words)
    return bool(said & _START) and said <= _START | _COURTESY | _AGAIN | _MESSAGES
