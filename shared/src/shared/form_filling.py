"""A form that comes back: the page as it is now, with what was typed and what was wrong with it.

`fill_form` rewrites a rendered page, so that every form of every page comes back the same way and
no page has code for it. Hidden fields keep the values of the new rendering: its key and version.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from shared.errors import FieldError

Attributes = dict[str, str | None]
_TICKED = frozenset({"checkbox", "radio"})
_NOT_TYPED = frozenset({"hidden", "submit", "button", "image", "reset"})
# What tells two forms of one address apart, unlike a key or a version, which change.
_CHANGING = frozenset({"form_key", "version"})


@dataclass(frozen=True)
class Typed:
    """What was sent: to which path, with which fields, and what to say about it."""

    path: str
    fields: Sequence[tuple[str, str]]
    notice: str
    errors: Sequence[FieldError] = ()


def fill_form(page: str, page_path: str, typed: Typed) -> str | None:
    """The page with the form filled in; None when the page has no such form (any more)."""
    finder = _Finder(page_path)
    finder.feed(page)
    number = finder.number_of(typed)
    if number is None:
        return None
    filler = _Filler(number, typed, finder.forms[number].names)
    filler.feed(page)
    filler.close()
    return "".join(filler.out)


@dataclass
class _Form:
    targets: set[str]
    hidden: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Finder(HTMLParser):
    """The posting forms of a page: where each goes, and its hidden fields."""

    def __init__(self, page_path: str) -> None:
        super().__init__(convert_charrefs=False)
        self._page_path = page_path
        self.forms: list[_Form] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Attributes = dict(attrs)
        if tag == "form":
            self.forms.append(_Form({self._target(given.get("action"))}))
            self._inside = _posts(given)
            if not self._inside:
                self.forms[-1].targets.clear()
        elif self._inside and (name := given.get("name")):
            form = self.forms[-1]
            if tag == "input" and given.get("type") == "hidden":
                form.hidden[name] = given.get("value") or ""
            form.names.add(name)
        if self._inside and given.get("formaction"):
            self.forms[-1].targets.add(self._target(given["formaction"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False

    def _target(self, action: str | None) -> str:
        return urlsplit(urljoin(self._page_path, action or self._page_path)).path

    def number_of(self, typed: Typed) -> int | None:
        """Which form it was: by its address, then by the hidden fields that name its subject."""
        sent = dict(typed.fields)
        for number, form in enumerate(self.forms):
            named = {k: v for k, v in form.hidden.items() if k not in _CHANGING}
            if typed.path in form.targets and all(sent.get(k) == v for k, v in named.items()):
                return number
        return None


def _posts(given: Mapping[str, str | None]) -> bool:
    return (given.get("method") or "").lower() == "post"


class _Filler(HTMLParser):
    """Copies a page, and changes one form of it on the way."""

    def __init__(self, number: int, typed: Typed, names: set[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._number, self._typed = number, typed
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in typed.fields:
            self._values[name].append(value)
        self._faults, self._general = _placed(typed.errors, names)
        self._seen, self._inside, self._focused = -1, False, False
        self._details: list[int] = []
        # The select whose options are read, the text area whose content is replaced.
        self._chosen: str | None = None
        self._replacing = False
        self._after: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Attributes = dict(attrs)
        if tag == "details":
            self._details.append(len(self.out))
        elif tag == "form":
            self._seen += 1
            self._inside = self._seen == self._number
            if self._inside:
                self._open_details()
                self._copy()
                self.out.append("".join(self._notice()))
                return
        if not (self._inside and self._fill(tag, given)):
            self._copy()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._replacing = False
        if tag == "details" and self._details:
            self._details.pop()
        self.out.append(f"</{tag}>")
        if tag == "form":
            self._inside = False
        elif tag in ("select", "textarea") and self._after:
            self.out.append(self._after)
            self._chosen, self._after = None, ""
        elif tag == "select":
            self._chosen = None

    def handle_data(self, data: str) -> None:
        if not self._replacing:
            self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    def _copy(self) -> None:
        self.out.append(self.get_starttag_text() or "")

    def _open_details(self) -> None:
        for at in self._details:
            if " open" not in self.out[at]:
                self.out[at] = f"<details open{self.out[at].removeprefix('<details')}"

    def _notice(self) -> Iterator[str]:
        yield _fault(self._typed.notice, "form-fault")
        for hint in self._general:
            yield _fault(hint)

    def _fill(self, tag: str, given: Attributes) -> bool:
        """Write a field's tag with what was typed; False when there is nothing to change."""
        name = given.get("name") or ""
        if tag == "option" and self._chosen is not None:
            _set(given, "selected", (given.get("value") or "") == self._chosen)
            self._write(tag, given)
            return True
        kind = (given.get("type") or "text").lower()
        typed = self._values.get(name)
        if tag not in ("input", "select", "textarea") or (tag == "input" and kind in _NOT_TYPED):
            return False
        fault = self._faults.pop(name, "")
        self._mark(given, name, fault)
        shown = _fault(fault, f"fault-{name}") if fault else ""
        if tag == "input":
            if kind in _TICKED:
                _set(given, "checked", (given.get("value") or "on") in (typed or ()))
            elif typed:
                given["value"] = typed.pop(0)
            self._write(tag, given)
            self.out.append(shown)
            return True
        self._write(tag, given)
        self._after = shown
        if tag == "select":
            self._chosen = typed.pop(0) if typed else None
        elif typed:
            self._replacing = True
            # A line end after the tag is not part of the text.
            self.out.append(f"\n{escape(typed.pop(0), quote=False)}")
        return True

    def _mark(self, given: Attributes, name: str, fault: str) -> None:
        if not fault:
            return
        given |= {"aria-invalid": "true", "aria-describedby": f"fault-{name}"}
        if not self._focused:
            # Brings the browser to the field, without script.
            given["autofocus"], self._focused = None, True

    def _write(self, tag: str, given: Attributes) -> None:
        written = (k if v is None else f'{k}="{escape(v)}"' for k, v in given.items())
        self.out.append(f"<{' '.join((tag, *written))}>")


def _set(given: Attributes, name: str, on: bool) -> None:
    given.pop(name, None)
    if on:
        given[name] = None


def _fault(text: str, id: str = "") -> str:
    named = f' id="{escape(id)}"' if id else ""
    return f'<span class="fault" role="alert"{named}>{escape(text)}</span>'


def _placed(errors: Sequence[FieldError], names: set[str]) -> tuple[dict[str, str], list[str]]:
    """Hints by the field of the form that each is about, and those that are about none."""
    placed: dict[str, str] = {}
    general = []
    for error in errors:
        parts = [part for part in reversed(error.pointer.split("/")) if part in names]
        if parts:
            placed.setdefault(parts[0], error.hint)
        else:
            general.append(error.hint)
    return placed, general
