"""Text from outside cannot turn a page round, and every posting form has a key."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from shared.page_markup import PageMarkup, isolated, neutral

# Bidi_Control of Unicode, the controls of C0 and C1 but tab and line ends, and the separators.
CONTROLS = [chr(c) for c in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
UNSEEN = [
    chr(c) for c in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029) if c not in (9, 10, 13)
]
TEMPLATE = """{% block title %}T {{ x }}{% endblock %}
<p title="{{ x }}"{% if x %} class='{{ x }}'{% endif %}>{{ x }}</p>
<select><option value="{{ x }}">{{ x }}</option></select><textarea>{{ x }}</textarea>
{% for y in [x] %}<b>{{ y if y else "nothing" }}</b>{% endfor %}
{{ ", " if not x }}{{ [x]|join(", ") }}"""
FORM_IN_PARTS = """<form class="a>b" action="{{ x }}" method="POST"
{% if x %}data-acknowledge{% endif %}>"""


def rendering(source: str) -> Callable[..., str]:
    environment = Environment(
        loader=DictLoader({"page": source}),
        autoescape=True,
        extensions=[PageMarkup],
        finalize=neutral,
    )
    numbers = iter(range(100))
    environment.globals |= {"isolated": isolated, "form_key": lambda: f"[key {next(numbers)}]"}
    return environment.get_template("page").render


def loose(page: str, character: str) -> bool:
    """Whether the character stands outside of <bdi>."""
    return character in re.sub(r"<bdi>.*?</bdi>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("character", CONTROLS + UNSEEN, ids=lambda c: f"{ord(c):04x}")
def test_no_such_character_stands_in_a_page(character: str) -> None:
    page = rendering(TEMPLATE)(x=f"Sam{character}uel & Co")
    assert character not in page
    assert page.count("Samuel &amp; Co") == 9


@given(st.text(alphabet=st.one_of(st.sampled_from("aא٣ب1<&\"'"), st.characters()), max_size=20))
def test_what_reads_from_right_to_left_is_isolated(text: str) -> None:
    """In text by an element; where no element may be there is none."""
    page = rendering(TEMPLATE)(x=text)
    for character in set(text) & set("אب٣"):
        shown = re.sub(r'<textarea>.*?</textarea>|<option.*?</option>|"[^"]*"|\'[^\']*\'', "", page,
                       flags=re.DOTALL).partition("<p")[2]  # fmt: skip
        assert not loose(shown, character)
    assert "<bdi>" not in "".join(
        re.findall(r'"[^"]*"|<textarea>.*?</textarea>|<option.*?</option>', page)
    )


def test_honest_text_is_written_as_it_is() -> None:
    """Line ends, accents and markup of the template stay; pages do not grow."""
    page = rendering("<p>{{ x }}</p>{{ n }}")
    assert page(x="José\tN\u2019Dour\n2nd line", n=7) == "<p>José\tN\u2019Dour\n2nd line</p>7"


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ('<form method="post">', 1),
        ("<form method=post action='{{ x }}'>", 1),
        (FORM_IN_PARTS, 1),
        ('<form method="dialog">', 0),
        ("<form>", 0),
        ("&lt;form method=post>", 0),
        ('{% for n in [1, 2] %}<form method="post"></form>{% endfor %}', 2),
        ('{% macro f() %}<form method="post">{% endmacro %}{{ f() }}{{ f() }}', 2),
    ],
)
def test_a_posting_form_begins_with_its_key(form: str, keys: int) -> None:
    page = rendering(f"<p>{{{{ x }}}}</p>{form}")(x="y")
    assert re.findall(r"\[key \d+\]", page) == [f"[key {number}]" for number in range(keys)]
    assert len(re.findall(r"<form[^\[]*>\[key", page)) == keys
