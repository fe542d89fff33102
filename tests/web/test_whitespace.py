"""A template's layout does not reach the page: what a line break is, where."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, Environment

from service.core.whitespace import Whitespace


def page(source: str, name: str = "page.html", **values: object) -> str:
    return (
        Environment(loader=DictLoader({name: source}), extensions=[Whitespace], autoescape=True)
        .get_template(name)
        .render(**values)
    )


@pytest.mark.parametrize(
    ("source", "comes"),
    [
        ("<ul>\n  <li>\n    a\n  </li>\n\n  <li>b</li>\n</ul>\n", "<ul><li>a</li><li>b</li></ul>"),
        ("<p>\n  two\n  words <b>stay</b> apart\n</p>", "<p>two words <b>stay</b> apart</p>"),
        ("<b>a</b>{{ ' ' }}\n<i>b</i>", "<b>a</b> <i>b</i>"),
        ("{% if on %}\n  {{ on }}\n  {{ on }}\n{% else %}\n  none\n{% endif %}\n", "11"),
        ("<p>{# said #}\n  {# and said again #}\n  a\n  {# once more #}\n  b</p>", "<p>a b</p>"),
        (
            '<input\n  id="a"\n  {% if on %} checked{% endif %}\n  value="{{ on }}"\n>',
            '<input id="a" checked value="1">',
        ),
        (
            '<input\n  {% if on %}\n    min="1"\n    max="2"\n  {% endif %}\n/>',
            '<input min="1" max="2"/>',
        ),
        ('<a title="a > b\n  c">\n  x</a>', '<a title="a > b\n  c">x</a>'),
        ('<a title="{{ on }}\n  c"\n>\n  x</a>', '<a title="1\n  c">x</a>'),
        ("<pre>\n a\n  <b>c</b>\n</pre>\n<p>", "<pre>\n a\n  <b>c</b>\n</pre><p>"),
        (
            "<textarea\n  id='t'>\n{{ on }}\n\n</textarea>\n<p>",
            "<textarea id='t'>\n1\n\n</textarea><p>",
        ),
        (
            '<script>\n if (a < b) "</p>"\n</script>\n<p>',
            '<script>\n if (a < b) "</p>"\n</script><p>',
        ),
        ("it’s\n{{ on }}, isn't\nit", "it’s1, isn't it"),
        ("{% set a = 1 %}\n  {{ a }}", "1"),
    ],
)
def test_a_break_is_nothing_beside_a_mark_and_a_space_between_words(source, comes):
    assert page(source, on=1) == comes


def test_what_is_no_page_stays_as_it_is():
    assert page("a\n\n{{ on }}\n b", "mail.txt", on=1) == "a\n\n1\n b"


def test_a_line_has_its_number_in_an_error():
    with pytest.raises(ZeroDivisionError) as raised:
        page("<p>\n\n{# a\nb #}\n  {{ 1 // 0 }}</p>")
    assert raised.traceback[-1].lineno + 1 == 5
