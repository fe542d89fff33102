"""How a mail looks: its words as they are, in both forms; one button, the letters that answer it,
links to this desk alone."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from service.channels.email import email_html
from service.messages import blocks, wording
from service.messages.template import parse
from tests.letters import TITLE, URL, sample, samples

LINK = "http://desk.test/t/1-2-3-abc"


def page(text, subject="1048: words", **about):
    """The page of a message that was stored without blocks."""
    return email_html.html_of(subject, text, {"language": "en", **about})


def made(template, subject="1048: words", **facts):
    """The page of a message of this template."""
    known = defaultdict(str, {"link": LINK, **facts})
    made = blocks.stored(blocks.filled(parse(f"subject: s\n\n{template}", "x"), known))
    return page("", subject, blocks=made)


def test_the_button_stands_below_the_words_that_lead_to_it():
    shown = made("[button] Open\nAnswer *Y*, or do it here: {link}\n\n[small]\nIt is paused.")
    assert re.search(
        rf'Answer <b>Y</b>, or do it here:</p>\s*<p[^>]*><a class="btn" href="{LINK}"[^>]*>Open'
        r"</a></p>\s*<p[^>]*>It is paused",
        shown,
    )


def test_a_message_stored_without_blocks_is_paragraphs_and_nothing_is_guessed():
    shown = page(f"Price €96.00, ready Fri 18:00.\n\nAnswer Y\nor do it here: {LINK}")
    assert "Price €96.00, ready Fri\u00a018:00.</p>" in shown
    assert f'Answer Y<br>or do it here: <a href="{LINK}" style="color:#2540b4">' in shown
    assert 'class="btn"' not in shown and 'class="well"' not in shown


def test_what_somebody_wrote_is_neither_markup_nor_a_link():
    wrote = f'<script>alert(1)</script> http://evil.test/x "{LINK}"\n\n{LINK}" onclick="x'
    for shown in (
        page(wrote, "<b>1</b>", title="<i>", task="Task 1"),
        made("[lead]\n{words}\n\n[quote]\n{words}\n\n{words}", "<b>1</b>", words=wrote),
        made("[points]\n{words}\n\n[price]\n{words} | {words}", "<b>1</b>", words=wrote),
    ):
        assert (
            "<script>" not in shown
            and "<b>1</b>" not in shown
            and "<i>" not in shown
            and 'onclick="' not in shown.replace("&#34;", "")
        )
        assert 'href="http://evil.test' not in shown


def test_a_link_with_words_of_its_own_leads_to_this_desk_alone():
    template = "[lead]\nOr here: [say thanks]({link})"
    assert f'<a href="{LINK}" style="color:#2540b4">say thanks</a>' in made(template)
    assert "href=" not in made(template, link="http://evil.test/x").partition("<h1")[2]


def test_a_link_that_begins_like_another_stays_whole():
    assert f'<a href="{LINK}/more" style="color:#2540b4">desk.test/t/1-2-3-abc/more</a>' in page(
        f"{LINK} and {LINK}/more."
    )


def test_two_ways_stand_in_a_box_with_their_prices_and_the_letters_stand_out():
    shown = made(
        "[options]\nA. As asked: | {price}, ready {day}.\nB. {other} | {price}, ready {day}.",
        price="€160.00",
        day="Fri 18:00",
        other="I ask again.",
    )
    assert re.findall(r'<b>(.)\.</b> (.*?)</td>.*?class="sum"[^>]*>(.*?)</td>', shown) == [
        ("A", "As asked", "€160.00, ready Fri 18:00"),
        ("B", "I ask again", "€160.00, ready Fri 18:00"),
    ]


def test_what_was_told_has_a_rule_at_its_side_and_the_points_stand_below_it():
    shown = made(
        "[quote]\nAs {name} understood it:\n\n{told}\n\n[points]\n{points}",
        name="Anna",
        told="Six offers.\n\nOne table.",
        points="Details we clarified:\n1. “milk”: oat",
    )
    assert re.findall(r'class="(soft label|told)"[^>]*>(.*?)</p>', shown) == [
        ("soft label", "As Anna understood it"),
        ("told", "Six offers."),
        ("told", "One table."),
        ("soft label", "Details we clarified"),
    ]
    assert ">1. “milk”: oat</p>" in shown


@pytest.mark.parametrize(
    ("language", "letter_", "says"), [("en", "T", "say thank you"), ("ru", "С", "поблагодарить")]
)
def test_a_receipt_keeps_its_number_in_one_piece_and_its_second_link_says_where_it_leads(
    language, letter_, says
):
    plain, shown = sample("receipt", language)
    assert (
        "PO-2026-1107" in plain
        and "PO\u20112026\u20111107" in shown
        and "invoices/PO-2026-1107.pdf" in shown
    )
    assert f"<b>{letter_}</b>" in shown and f">{says}</a>" in shown


@pytest.mark.parametrize("template", ["limit", "limit_ways"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_limit_asks_like_a_confirmation(template, language):
    _plain, shown = sample(template, language)
    assert (
        shown.count("<b>") >= 2
        and 'class="btn"' in shown
        and 'id="half"' in shown
        and (TITLE[language] in shown)
    )
    assert _button(template, language) == _button(template.replace("limit", "confirm"), language)


def _button(template, language):
    parts = wording.template(template, language).parts
    return next(part.label for part in parts if part.kind == "button")


@pytest.mark.parametrize(
    ("template", "language", "plain", "shown"),
    samples(),
    ids=lambda part: part if len(part) < 20 else "",
)
def test_every_mail_says_the_same_in_both_forms(template, language, plain, shown):
    assert shown.count('class="btn"') == (1 if URL in plain.partition("\n-- \n")[0] else 0)
    assert f'lang="{language}"' in shown and "{" not in plain
    words = re.sub(
        r"\s+",
        " ",
        re.sub(
            r"<[^>]+>", " ", re.sub(r"<(style|title)>.*?</\1>|<br>", " ", shown, flags=re.DOTALL)
        ),
    )
    assert lost(plain, words) == []


def lost(plain, words):
    """Words of the plain mail that its page does not say; addresses, quotes and full stops
    apart."""
    said = set(re.findall(r"\w+", words.replace("&#34;", " ")))
    return [
        word for word in re.findall(r"\w+", re.sub(r"https?://\S+", "", plain)) if word not in said
    ]


def test_the_foot_says_why_and_the_head_which_task(world):
    about = {
        "number": 1048,
        "task": "Task 1048",
        "title": "Oat milk",
        "why": "Because.",
        "settings": f"{LINK}/account",
        "language": "en",
        "term": {
            "gone": 27,
            "red": 50,
            "moments": ["Handed over Mon 10:12", "Red line Wed 14:00", "Deadline Fri 18:00"],
        },
    }
    shown = email_html.html_of("1048: please confirm how we understood it", "Words.", about)
    assert (
        ">Please confirm how we understood it</h1>" in shown
        and "Task 1048, Oat milk" in shown
        and "Because." in shown
    )
    assert [int(width) for width in re.findall(r'width="(\d+)%" height="4"', shown)] == [27, 23, 50]
    assert email_html.plain_of("Words.", about).endswith(
        "Handed over Mon 10:12. Red line Wed 14:00. Deadline Fri 18:00.\nBecause.\n"
        f"Notification settings: {LINK}/account"
    )


def test_the_colours_of_a_mail_are_tokens():
    from pathlib import Path

    tokens = Path("static/css/tokens.css").read_text()
    source = Path("service/channels/email/letter.html").read_text()
    assert {colour for colour in re.findall(r"#[0-9a-f]{6}", source) if colour not in tokens} <= {
        "#d2cabb",
        "#57503f",
    }, "the way of a line, mixed with its ground"
