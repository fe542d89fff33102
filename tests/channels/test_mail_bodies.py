"""What a mail says: plain text or HTML by what they say, headers that are bounded, odd mail read or
kept for a person."""

from __future__ import annotations

import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from service.channels.email import parse, quotes

# What version 0.1 kept this mail under: a mail that was delivered before an upgrade and once more
# after it is the same.
IDENTITY = "<1@b> 1cedfc9dacfe1f10a0b1884cb46daba3"
MAILS = Path(__file__).parent / "mails"
HTML = (
    "<p>Do not call <b>before nine</b>, please, and bring the <a"
    " href='https://x.example/list'>list</a>."
)


def both(plain, html):
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "mara@cafe.example", "Both"
    mail.set_content(plain)
    mail.add_alternative(html, subtype="html")
    return parse.read(mail.as_bytes()).text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("blank_plain_beside_html", "Please find three caterers for a lunch of 40 people."),
        (
            "links_cells_and_struck_words",
            (
                "Please add the phone numbers in this sheet"
                " <https://sheets.example/d/Q7x9/edit?gid=4> by Thursday.\n\nJanis Liepa  12 "
                " Riga\nAnna Ozola   3   Cesis\n\nDo [struck: not] call after [struck: 18] 17."
            ),
        ),
    ],
)
def test_html_mails_say_what_was_written(name, text):
    assert parse.read((MAILS / f"{name}.eml").read_bytes().replace(b"\n", b"\r\n")).text == text


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "  \n\u00a0\n",
        "\u200b\ufeff",
        "This email needs a program that shows HTML.",
        "View this email in your browser: https://news.example/1",
    ],
)
def test_html_wins_over_a_blank_or_a_placeholder(plain):
    assert both(plain, HTML).startswith(
        "Do not call before nine, please, and bring the list <https://x.example/list>."
    )


def test_plain_text_wins_where_it_says_all():
    plain = "Do not call *before nine*,\nplease, and bring the list <https://x.example/list>."
    assert both(plain, HTML) == plain


def test_html_wins_where_plain_text_lost_an_address_or_what_was_struck():
    assert "https://x.example/list" in both(
        "Do not call before nine, please, and bring the list.", HTML
    )
    assert both("Do not call.", "<p>Do <s>not</s> call.") == "Do [struck: not] call."


def test_plain_text_that_quotes_stays_because_quotes_can_be_cut_from_it():
    plain = (
        "Nine is fine.\n\nOn Tue, 24 Nov 2026 at 14:00, Poruchi <tasks@desk.localhost> wrote:\n>"
        " Which hour, nine?\n\nAnd the list, too."
    )
    html = (
        "<p>Nine is fine.<p>On Tue, 24 Nov 2026 at 14:00, Poruchi &lt;tasks@desk.localhost&gt;"
        " wrote:<blockquote>Which hour, nine?</blockquote>And the <a"
        " href='https://x.example/'>list</a>, too."
    )
    assert both(plain, html) == plain
    assert quotes.new_words(plain) == "Nine is fine.\n\n\nAnd the list, too."


def test_text_after_an_html_part_is_kept_with_it():
    mail = EmailMessage()
    mail["From"] = "mara@cafe.example"
    mail.set_content("<p>The wish", subtype="html")
    mail.add_attachment("Sent through the gateway of Cafe.", disposition="inline")
    assert parse.read(mail.as_bytes()).text == "The wish\nSent through the gateway of Cafe."


@pytest.mark.parametrize(
    ("heading", "sender"),
    [
        ("client@demo.example", "client@demo.example"),
        ('"Ozola, Ilze" <Client@DEMO.Example>', "client@demo.example"),
        ("Ilze (office) <client@demo.example>", "client@demo.example"),
        ("client@demo.example <client@demo.example>", "client@demo.example"),
        ('"other@x.example" <client@demo.example>', "client@demo.example"),
        ("=?utf-8?q?=D0=98?= <client@demo.example>", "client@demo.example"),
        ("client@demo.example (<x@evil.example>)", ""),
        ("<@evil.example:client@demo.example>", ""),
        ("x@evil.example <client@demo.example>", ""),
        ("client@demo.example, x@evil.example", ""),
        ("client@demo.example\r\nFrom: x@evil.example", ""),
        ("client@demo.example\r\nFrom : x@evil.example", ""),
        ("client@demo.example\r\n <x@evil.example>", ""),
        ("client@demo.example@evil.example", ""),
        ('"client@demo.example <x@evil.example>', ""),
        ("<>", ""),
        ("", ""),
        ("Ilze", ""),
        ("client@demo.example " + "(" * 900 + ")" * 900, "client@demo.example"),
        ("client@demo.example " + "(" * 20_000, ""),
    ],
)
def test_a_sender_that_could_be_read_in_two_ways_is_none(heading, sender):
    for raw in (
        f"From: {heading}\r\nSubject: x\r\n\r\nwords".encode(),
        f"Subject: x\r\nFrom: {heading}\r\n\r\nwords".encode(),
    ):
        assert parse.read(raw).sender == sender and parse.identity(raw)


def test_identity_looks_at_headers_and_content_as_before():
    raw = b"From: a@b.example\r\nSubject: Tea\r\nDate: Tue\r\nMessage-ID: <1@b>\r\n\r\nwords\r\n"
    assert parse.identity(raw) == IDENTITY == parse.identity(b"Received: x\r\n" + raw)
    assert parse.identity(raw) != parse.identity(raw.replace(b"words", b"others"))


@pytest.mark.parametrize(
    "line",
    [
        "пн, 12345 <" + "a@" * 90_000,
        "1.1.2026 abcde пишет:\n" * 8_000 + ">",
        "On " + "x" * 190_000,
        "From: x\n" * 20_000,
        "-" * 190_000,
        " " * 190_000,
        "1.xx" + "." * 190_000,
        "_" * 190_000,
        ">" * 190_000,
        "On Tue wrote:\nx\n" * 10_000 + "> y",
    ],
)
def test_cutting_quotes_takes_time_in_proportion(line):
    began = time.process_time()
    assert isinstance(quotes.new_words(line), str)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "header",
    [
        "Subject: " + "x=?a?q?" * 30_000,
        "From: " + '"' * 200_000,
        "From: " + "a@b," * 60_000,
        "References: " + "<a" * 100_000,
        "Subject: " + "=?utf-8?b?" * 20_000,
        "X: y\r\n" * 30_000 + "Subject: z",
    ],
)
def test_headers_are_read_in_bounded_time(header):
    raw = f"{header}\r\n\r\nwords".encode()
    began = time.process_time()
    parse.identity(raw)
    assert parse.read(raw).text == "words"
    assert time.process_time() - began < 3
