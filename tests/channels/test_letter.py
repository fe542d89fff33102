"""How a mail looks: its words as they are, in both forms; one button, the letters that answer it,
links to this desk alone."""

from __future__ import annotations

import re

import pytest

from service.channels.email import email_html
from service.channels.email.blocks import blocks
from service.messages.wording import BUTTONS
from tests.letters import TITLE, URL, sample, samples

LINK = "http://desk.test/t/1-2-3-abc"


def page(text, subject="1048: words", template="confirm", **about):
    return email_html.html_of(subject, text, template, {"language": "en", **about})


def test_the_first_of_our_links_is_the_button_where_it_stood():
    shown = page(f"Anna has read it.\n\nAnswer Y, or do it here: {LINK}\n\nThe deadline is paused.")
    assert re.search(
        rf'or do it here:</p>\s*<p[^>]*><a class="btn" href="{LINK}"[^>]*>Confirm or'
        r" correct</a></p>\s*<p[^>]*>The deadline",
        shown,
    )
    assert ">Открыть</a>" in email_html.html_of(
        "1048: готова", f"Задача готова. Посмотреть:\n\n{LINK}", "", {"language": "ru"}
    )


def test_what_somebody_wrote_is_neither_markup_nor_a_link():
    shown = page(
        f'<script>alert(1)</script> http://evil.test/x "{LINK}"\n\n{LINK}" onclick="x',
        "<b>1</b>",
        title="<i>",
        task="Task 1",
    )
    assert (
        "<script>" not in shown
        and "<b>1</b>" not in shown
        and "<i>" not in shown
        and 'onclick="' not in shown.replace("&#34;", "")
    )
    assert 'href="http://evil.test' not in shown


def test_a_link_that_begins_like_another_stays_whole():
    assert f'<a href="{LINK}/more" style="color:#2540b4">desk.test/t/1-2-3-abc/more</a>' in page(
        f"{LINK} and {LINK}/more"
    )


def test_two_ways_stand_in_a_box_with_their_prices_and_the_letters_stand_out():
    shown = blocks(
        "A. As you asked: €160.00, ready Fri 18:00.\nB. I ask again. €112.00, ready Thu"
        " 13:00.\n\nAnswer A or B, or N and what is different."
    )
    assert shown[0].ways == [
        ("A", "As you asked", "€160.00, ready Fri 18:00"),
        ("B", "I ask again", "€112.00, ready Thu 13:00"),
    ]
    assert str(shown[1].words) == "Answer <b>A</b> or <b>B</b>, or <b>N</b> and what is different."
    assert blocks("Цена 96,00 €, готово пт 18:00.")[0].ways == [
        ("", "Цена", "96,00 €, готово пт 18:00")
    ]
    assert "<b>" not in str(blocks("Plan A is what 2 of us, or N people, would do.")[0].words)


def test_what_was_told_has_a_rule_at_its_side_and_the_points_stand_below_it():
    told = blocks(
        "As Anna understood it:\n\nSix offers.\n\nOne table.\n\n"
        "Details we clarified:\n1. “milk”: oat\n\nPrice €96.00, ready Fri 18:00.\n\nAnswer Y."
    )
    assert [(block.label, str(block.words), block.told) for block in told] == [
        ("As Anna understood it", "", True),
        ("", "Six offers.", True),
        ("", "One table.", True),
        ("Details we clarified", "1. “milk”: oat", False),
        ("", "", False),
        ("", "Answer <b>Y</b>.", False),
    ]


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
    assert BUTTONS[template] == BUTTONS[template.replace("limit", "confirm")]


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
            "moments": ["Handed over Mon 10:12", "Red line Wed 14:00", "Dead line Fri 18:00"],
        },
    }
    shown = email_html.html_of(
        "1048: please confirm how we understood it", "Words.", "confirm", about
    )
    assert (
        ">Please confirm how we understood it</h1>" in shown
        and "Task 1048, Oat milk" in shown
        and "Because." in shown
    )
    assert [int(width) for width in re.findall(r'width="(\d+)%" height="4"', shown)] == [27, 23, 50]
    assert email_html.plain_of("Words.", about).endswith(
        "Handed over Mon 10:12. Red line Wed 14:00. Dead line Fri 18:00.\nBecause.\n"
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
