"""HTML of mails as text: nothing lost at any depth, links and cells kept, struck words marked, in
linear time whatever it is."""

from __future__ import annotations

import re
import time

import pytest

from service.channels.email import html_text

DEPTH = 20_000


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            '<p>In <a href="https://sheets.example/d/1?a=1&amp;b=2">this sheet</a>.',
            "In this sheet <https://sheets.example/d/1?a=1&b=2>.",
        ),
        ('<a href="https://shop.example/">shop.example</a>', "shop.example"),
        (
            (
                '<a href="mailto:ann@shop.example">Ann</a>, <a'
                ' href="mailto:ann@shop.example">ann@shop.example</a>'
            ),
            "Ann <ann@shop.example>, ann@shop.example",
        ),
        (
            '<a href="https://shop.example/x"><img src="b.png" alt="Open the list"></a>',
            "Open the list <https://shop.example/x>",
        ),
        ('<a href="https://shop.example/x"><img src="b.png"></a>', "<https://shop.example/x>"),
        ('<a href="#top">up</a> <a href="javascript:alert(1)">there</a>', "up there"),
        (
            "<table><tr><td>Oat</td><td>12</td></tr><tr><td>Soybean</td><td>9</td></tr></table>",
            "Oat      12\nSoybean  9",
        ),
        (
            (
                "<table><tr><td>Left"
                " <table><tr><td>a</td><td>b</td></tr></table></td><td>Right</td></tr></table>"
            ),
            "Left\na  b\n\nRight",
        ),
        (
            "<p>Do <s>not</s> call after <del>18</del> 17.",
            "Do [struck: not] call after [struck: 18] 17.",
        ),
        (
            (
                '<p style="color:red; TEXT-DECORATION : underline line-through">All of'
                " <b>this</b></p><p>but not this"
            ),
            "[struck: All of this]\n\nbut not this",
        ),
        ("<strike><p>One</p><p>Two</p></strike>", "[struck: One]\n\n[struck: Two]"),
        ("<p><s>One</p><p>Two</s>three</p>", "[struck: One]\n\n[struck: Two]three"),
        ("<table><tr><td><s>a</td><td>b</td></tr></table>c</s>", "[struck: a]  b\n\nc"),
        ("<span>s</span> <small>s</small> <section>x</section>", "s s\nx"),
        ("<S CLASS='x'>no</S> yes <del\n>no</del>", "[struck: no] yes [struck: no]"),
        ("<i>a <s>b</i> c</s> d", "a [struck: b c] d"),
        (
            (
                "<table><tr style='text-decoration-line:"
                " line-through'><td>a</td><td>b</td></tr></table>"
            ),
            "[struck: a]  [struck: b]",
        ),
        ('<div style="display:none">In your inbox</div>Hello', "[hidden: In your inbox]\nHello"),
        (
            "<ul><li>one<li>two</ul><ol><li>first<li value=7>seventh</ol>",
            "* one\n  * two\n 1. first\n 7. seventh",
        ),
        ("a<br>b<div>c</div>d<blockquote>e</blockquote>f<hr>g", "a\nb\nc\nd\ne\nf\ng"),
        ("<p>a</p>\n\n&nbsp;<p>\n&nbsp;</p><p></p><br><br><br><p>b</p>", "a\n\nb"),
        (
            "<head><title>t</title><style>p{}</style></head><script>x()</script><!-- c --><p>words",
            "words",
        ),
        (
            (
                "<p>before<?xml:namespace prefix = o /><o:p>between</o:p><!--[if"
                " mso]>x<![endif]-->after"
            ),
            "beforebetweenafter",
        ),
        ("<p>a &amp;amp; b &amp;lt;", "a &amp; b &lt;"),
        ("3 <5 & 7>2", "3 <5 & 7>2"),
        ("Привет, <b>мир</b>", "Привет, мир"),
        ("", ""),
        ("  \n", ""),
        ('<?xml version="1.0" encoding="koi8-r"?><p>Привет', "Привет"),
        ('<div style="white-space: pre-wrap">a\n  b</div>', "a\n  b"),
    ],
)
def test_html_is_read_as_it_is_seen(source, text):
    assert html_text.read(source).text == text


@pytest.mark.parametrize(
    "tag",
    [
        "div",
        "span",
        "b",
        "font",
        "blockquote",
        "table><tr><td",
        "ul><li",
        "ol><li",
        "s",
        "p><section",
        "dl><dd",
        "pre",
        "center",
        "a href='https://x.example/'",
    ],
)
@pytest.mark.parametrize("depth", [199, 201, 260, 2049, DEPTH])
def test_no_text_is_lost_at_any_depth(tag, depth):
    closing = [f"</{name.split()[0]}>" for name in reversed(tag.split("><"))]
    opened = "".join(f"<{tag}>w{level} " for level in range(depth))
    closed = (
        "".join(f" {''.join(closing)}t{level}" for level in range(depth)) if depth < DEPTH else ""
    )
    wanted = re.findall(r"\bw\d+|\bt\d+|END", opened + "END" + closed)
    found = set(re.findall(r"\w+", html_text.read(opened + "END" + closed).text))
    assert len(wanted) > depth and not set(wanted) - found


@pytest.mark.parametrize(
    "piece",
    [
        "<br",
        "<br>",
        "<br<",
        "<",
        "</p>",
        "<!--",
        "<![CDATA[",
        "&amp;",
        "&",
        "<b>",
        "<b>x</b>",
        "<p>x",
        "x<br>",
        "<td>x",
        "<table>",
        "<tr><td>x</td></tr>",
        "<a href='http://x.y'>q</a>",
        "<a href=",
        "<li>x",
        "<ul>",
        "<s>x</s> ",
        "<i>word </i>",
        "<div style='display:none'>x</div>",
        "<p style='text-decoration:",
        "<p style='" + "text-decoration " * 300 + "'>",
        "\u00a0",
        "<select><option>x",
        "<form><button>x",
        "<svg><math>",
        "<?php ",
        "<title>",
        "<plaintext>",
        "<img src='data:image/png;base64,AAAA'>",
    ],
)
def test_time_is_bounded_whatever_is_repeated(piece):
    began = time.process_time()
    html_text.read(piece * (600_000 // len(piece)))
    assert time.process_time() - began < 6


@pytest.mark.parametrize(
    "source",
    [
        "<table><tr>" + "<td>x" * 50_000 + "<tr>" * 10_000,
        "<table><tr><td>" + "x<br>" * 25_000 + "<td>y" * 5_000,
        "<table>" + f"<tr><td>{'x' * 50_000}<td>y" + "<tr><td>x<td>y" * 5_000,
    ],
)
def test_tables_take_room_in_proportion_to_their_source(source):
    began = time.process_time()
    text = html_text.read(source).text
    assert time.process_time() - began < 6 and len(text) < 4 * len(source)
    assert text.count("x") >= 10_000
