"""Templates, style sheets and scripts stay readable as source."""

from __future__ import annotations

import pytest

from tests import source_lines


def test_templates_style_sheets_and_scripts_can_be_read_as_source():
    assert list(source_lines.faults()) == []


@pytest.mark.parametrize(
    ("suffix", "text", "lines"),
    [
        (".html", f"<p>\n{'x' * 121}\n</p>", [2]),
        (".html", '<p><a href="/">x</a></p>\n<p><b>x</b><br></p>\n{{ x }}<i\n  class="a">', [1, 3]),
        (
            ".html",
            (
                '{{ _("x",\n  y="<b class=z>") }}<br>\n<p{% if x %} id="a"{% endif %}>\n{# <a b>'
                " #}\n{% if x %}<p{{ y }}>"
            ),
            [5],
        ),
        (
            ".css",
            "a {\n  b: c;\n  d: e; f: g\n}\nh { i: j }\n@media k {\n  l {\n    m: '; {';\n  }\n}",
            [3, 5],
        ),
        (".js", "a(`b`);\nc(`d\ne`);", [2, 3]),
    ],
)
def test_what_cannot_is_named(suffix, text, lines):
    assert [number for number, _what in source_lines.of(suffix, text)] == lines
