"""A form comes back as it was typed, with each error at its field."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import FieldError
from shared.form_filling import Typed, fill_form

PAGE = """<!doctype html><title>T &amp; U</title><main><!-- a --><details class="card">
<summary>More</summary><form method="post" action="/casework/p/1/things">
<input type="hidden" name="form_key" value="new">
<input type="hidden" name="version" value="7">
<label>When <input name="at" type="datetime-local" value="2026-01-01T00:00"></label>
<select name="kind"><option value="a" selected>A</option><option value="b">B &lt;</option></select>
<label class="check"><input type="checkbox" name="goals" value="x" checked> X</label>
<label class="check"><input type="checkbox" name="goals" value="y"> Y</label>
<textarea name="note">old &amp; gone</textarea><textarea name="note"></textarea>
<button name="go" value="1">Go</button></form></details>
<form method="post" action="/casework/other"><input name="at" value="kept"></form></main>"""
FIELDS = (
    ("form_key", "old"), ("version", "3"), ("at", "2027-02-03T01:02"), ("kind", "b"),
    ("goals", "y"), ("note", "first\nline & <b>"), ("note", "second"), ("go", "1"),
)  # fmt: skip


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\x00"))


class Fields(HTMLParser):
    """What a browser would send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._area = self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.found.append((name, given.get("value") or ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.found.append((self._select, given.get("value") or ""))
        elif tag == "textarea":
            self._area = name
            self.found.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, so_far = self.found.pop()
            self.found.append((name, so_far + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            name, text = self.found.pop()
            self.found.append((name, text.removeprefix("\n")))
            self._area = ""


def typed(fields: tuple[tuple[str, str], ...] = FIELDS, path: str = "/casework/p/1/things",
          errors: tuple[FieldError, ...] = ()) -> Typed:  # fmt: skip
    return Typed(path, fields, "Not recorded.", errors)


def test_what_was_typed_is_in_the_form_again() -> None:
    """Under the key and the version of the new page; the other form is as it was."""
    page = fill_form(PAGE, "/casework/p/1", typed())
    assert page is not None
    assert Fields(page).found == [
        ("form_key", "new"), ("version", "7"), ("at", "2027-02-03T01:02"), ("kind", "b"),
        ("goals", "y"), ("note", "first\nline & <b>"), ("note", "second"), ("at", "kept"),
    ]  # fmt: skip
    assert '<details open class="card">' in page
    assert page.startswith("<!doctype html><title>T &amp; U</title><main><!-- a -->")
    assert page.count("Not recorded.") == 1


def test_each_error_stands_at_its_field() -> None:
    """Under the field, announced, and where the browser goes; what is about none is on top."""
    errors = (
        FieldError("/at", "in_the_future", "Give a time that is not in the future."),
        FieldError("/grants/0/kind", "enum", "Use another kind."),
        FieldError("/nothing", "odd", "Something else."),
    )
    page = fill_form(PAGE, "/casework/p/1", typed(errors=errors))
    assert page is not None
    at, kind = page.index("not in the future"), page.index("Use another kind.")
    assert page.index('name="at"') < at < page.index("<select") < kind < page.index("goals")
    assert page.index("Something else.") < page.index('name="at"')
    assert page.count("autofocus") == 1
    assert 'aria-describedby="fault-at"' in page


@given(st.lists(TEXT, min_size=2, max_size=2))
def test_any_text_comes_back_as_it_was(texts: list[str]) -> None:
    fields = tuple(("note", text) for text in texts)
    page = fill_form(PAGE, "/casework/p/1", typed(fields))
    assert page is not None
    assert [value for name, value in Fields(page).found if name == "note"] == texts


@pytest.mark.parametrize(
    ("fields", "number"),
    [((("key", "p1"),), 0), ((("key", "p2"),), 1), ((("key", "p3"),), None)],
)
def test_of_several_forms_of_one_address_the_one_is_filled_that_was_sent(
    fields: tuple[tuple[str, str], ...], number: int | None
) -> None:
    """Hidden fields say whom it is about."""
    form = (
        '<form method="post" action="/do"><input type="hidden" name="key" value="{}">'
        '<input name="what"></form>'
    )
    page = fill_form("".join(form.format(key) for key in ("p1", "p2")), "/list",
                     typed((*fields, ("what", "Call")), "/do"))  # fmt: skip
    if number is None:
        assert page is None
    else:
        assert page is not None
        assert [bool(value) for name, value in Fields(page).found if name == "what"] == [
            number == 0, number == 1
        ]  # fmt: skip


def test_a_form_without_an_address_is_its_page_s() -> None:
    page = (
        '<form method="post"><textarea name="reason"></textarea>'
        '<button formaction="/l/1/redrive">R</button></form>'
    )
    for path in ("/l/1", "/l/1/redrive"):
        filled = fill_form(page, "/l/1", typed((("reason", "why"),), path))
        assert filled is not None
        assert Fields(filled).found == [("reason", "why")]
    assert fill_form(page, "/l/2", typed((("reason", "why"),), "/l/1")) is None
