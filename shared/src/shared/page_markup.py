"""What every template gets without writing it: isolated text, and a key in each form.

Jinja reads each template's tokens through `PageMarkup`, which follows the HTML around them:

- A value shown as text is wrapped in `<bdi>` when it could turn what follows it round. In
  attributes, titles, options and text areas, where no element may be, it only loses the characters
  that do so; everywhere it loses control characters that no page can show.
- After each `<form method="post">` stands a hidden one-time key (shared/form_keys.py).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Undefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

FORM_KEY = "form_key"

# Explicit marks, embeddings, overrides and isolates (Unicode's Bidi_Control), the controls of C0
# but tab and line ends, those of C1, and the two separators that act as line ends.
_NEVER_SHOWN = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Elements that hold nothing but text, and attributes' names of the base page's blocks.
_TEXT_ONLY = frozenset({"title", "textarea", "option", "script", "style"})
_TEXT_BLOCKS, _TAG_BLOCKS = frozenset({"title"}), frozenset({"body", "live"})
_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_POSTS = re.compile(r"<form\b.*\bmethod=[\"']?post\b", re.IGNORECASE | re.DOTALL)


def neutral(value: Any) -> Any:
    """A text without characters that turn text round or cannot be shown; anything else as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    if value.isascii() and value.isprintable():
        return value
    return _NEVER_SHOWN.sub("", value)


def isolated(value: Any) -> Any:
    """A text as a page shows it: in `<bdi>` when some of it is read from right to left."""
    if not isinstance(value, str) or isinstance(value, Markup | Undefined):
        return value
    if value.isascii():
        return neutral(value)
    shown = neutral(value)
    if shown == value and not any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in shown):
        return shown
    return Markup("<bdi>%s</bdi>") % escape(shown)


@dataclass
class _Html:
    """Where in the page a template stands: in a tag, in text, or where only text may be."""

    tag: str | None = None
    quote: str = ""
    text_only: str | None = None

    @property
    def shows_text(self) -> bool:
        return self.tag is None and self.text_only is None

    def read(self, data: str) -> Iterator[tuple[str, bool]]:
        """The pieces of `data`, each with whether a posting form's tag ends with it."""
        start = 0
        for at, character in enumerate(data):
            if self.tag is None:
                if character == "<":
                    self.tag = ""
                else:
                    continue
            self.tag += character
            if self.quote:
                self.quote = "" if character == self.quote else self.quote
            elif character in "\"'":
                self.quote = character
            elif character == ">" and self._end_tag():
                yield data[start : at + 1], True
                start = at + 1
        yield data[start:], False

    def _end_tag(self) -> bool:
        tag, self.tag = self.tag or "", None
        name = _TAG_NAME.match(tag)
        if name and name[1].lower() in _TEXT_ONLY:
            self.text_only = None if tag.startswith("</") else name[1].lower()
        return _POSTS.match(tag) is not None


class PageMarkup(Extension):
    """See the module's docstring."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        html, block = _Html(), ""
        for token in stream:
            if token.type == "data":
                for piece, posts in html.read(token.value):
                    yield Token(token.lineno, "data", piece)
                    if posts:
                        yield from _call(token.lineno, FORM_KEY)
                continue
            if token.type == "variable_begin" and html.shows_text:
                yield token
                yield Token(token.lineno, "name", "isolated")
                yield Token(token.lineno, "lparen", "(")
                yield from _expression(stream)
                continue
            if block == "block" and token.type == "name":
                html = _start_of(token.value)
            block = token.value if token.type == "name" and block == "begins" else ""
            if token.type == "block_begin":
                block = "begins"
            yield token


def _start_of(block: str) -> _Html:
    """Where a block of the base page stands in it."""
    if block in _TEXT_BLOCKS:
        return _Html(text_only=block)
    return _Html(tag="<body") if block in _TAG_BLOCKS else _Html()


def _expression(stream: TokenStream) -> Iterator[Token]:
    for token in stream:
        if token.type == "variable_end":
            yield Token(token.lineno, "rparen", ")")
            yield token
            return
        yield token


def _call(line: int, name: str) -> Iterator[Token]:
    yield Token(line, "variable_begin", "{{")
    yield Token(line, "name", name)
    yield Token(line, "lparen", "(")
    yield Token(line, "rparen", ")")
    yield Token(line, "variable_end", "}}")
