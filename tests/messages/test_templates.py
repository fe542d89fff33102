"""Messages as templates: the languages say the same, a further language or currency needs no code,
and what stands in a box does not hang on the words around it."""

from __future__ import annotations

import shutil
import string
from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.channels.email import email_html, task_context
from service.channels.sms import sms_fit
from service.channels.sms.segments import count
from service.core.money import Money
from service.messages import blocks, wording
from service.messages.template import BadTemplate, parse
from service.outbound import compose
from tests.letters import WORDS

OTHERS = [code for code in wording.languages() if code != "en"]
NAMES = list(wording.language("en").templates)
SUM = "price", "proposal_price"
HEAD = "subject: s\n\n"


def facts_in(text):
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name}


def facts(currency="EUR", code="en", **more):
    price = Money(16000, currency).words(code)
    link = "http://desk.test/t/1-2-3-abc"
    common = {"number": 12, "link": link, "deadline": "Fri 18:00", "proposal_deadline": "Thu 13:00"}
    texts = defaultdict(lambda: "words", {**WORDS["en"], **common, **dict.fromkeys(SUM, price)})
    return texts | more


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The templates in a folder of their own, which a test may change."""
    shutil.copytree(wording.ROOT, tmp_path / "templates")
    monkeypatch.setattr(wording, "ROOT", tmp_path / "templates")
    return wording.ROOT


@pytest.mark.parametrize("code", OTHERS)
def test_each_language_has_every_message_with_the_same_blocks_and_facts(code):
    english, other = wording.language("en"), wording.language(code)
    assert english.templates.keys() == other.templates.keys()
    for name, template in english.templates.items():
        there = other.templates[name]
        assert facts_in(there.mail) == facts_in(template.mail), name
        # Texts for the phone leave some facts out where the alphabet has 70 letters a part.
        assert facts_in(there.sms) <= facts_in(template.sms) | {"name"}, name
        assert bool(there.sms) == bool(template.sms), name
        assert [part.kind for part in there.parts] == [part.kind for part in template.parts], name


@pytest.mark.parametrize("code", OTHERS)
def test_each_language_has_every_saying_with_the_same_facts(code):
    english, other = wording.language("en").sayings, wording.language(code).sayings
    assert english.keys() == other.keys()
    for name, sentence in english.items():
        assert facts_in(other[name]) <= facts_in(sentence), name


def test_a_further_language_is_a_folder(folder):
    shutil.copytree(folder / "en", folder / "de")
    for file in (folder / "de").glob("*.txt"):
        file.write_text(file.read_text().replace("Price |", "Preis |").replace("ready", "fertig"))
    sayings = folder / "de" / "sayings.toml"
    sayings.write_text(sayings.read_text().replace("EEE HH:mm", "EEE 'um' HH:mm"))
    assert wording.languages() == ("de", "en", "ru")
    for name in wording.language("de").templates:
        template, known = wording.template(name, "de"), facts(code="de")
        around = task_context.around(name, "de", None, None)
        around["blocks"] = blocks.stored(blocks.filled(template, known))
        text = compose.tidied(template.mail.format_map(known))
        page = email_html.html_of("s", text, around).partition("<body")[2]
        assert "{" not in text + page and all(part.label in page for part in template.parts)
        assert count(sms_fit.fit(template.sms, known, known["link"])) <= 3
    box = next(b for b in blocks.filled(wording.template("confirm", "de"), facts()) if b.rows)
    assert (box.rows[0].what, box.rows[0].sum.split(", ")[1]) == ("Preis", "fertig Fri 18:00")
    noon = datetime(2020, 5, 1, 12, 0, tzinfo=UTC)
    assert compose.day(noon, ZoneInfo("UTC"), "de") == "Fr. 1 Mai 12:00"


@pytest.mark.parametrize("currency", ["EUR", "RUB", "CHF", "KWD", "JPY"])
@pytest.mark.parametrize("code", wording.languages())
def test_a_box_shows_what_and_how_much_in_any_currency(currency, code):
    price = Money(16000, currency).words(code)
    (box,) = (
        b for b in blocks.filled(wording.template("confirm", code), facts(currency, code)) if b.rows
    )
    assert [row.what for row in box.rows] == [{"en": "Price", "ru": "Цена"}[code]]
    assert box.rows[0].sum.startswith(f"{price}, ")
    ways = wording.template("confirm_ways", code)
    (box,) = (b for b in blocks.filled(ways, facts(currency, code)) if b.rows)
    assert [row.letter for row in box.rows] == list(wording.language(code).letters.options[:2])
    assert all(row.sum.startswith(f"{price}, ") for row in box.rows)


@pytest.mark.parametrize("name", ["confirm", "confirm_ways", "limit", "limit_ways"])
def test_other_words_in_a_template_lose_no_box_button_or_letter(folder, name):
    file = folder / "en" / f"{name}.txt"
    changed = file.read_text()
    for old, new in (
        ("ready", "due"),
        ("Price", "Total"),
        ("Reply", "Write"),
        ("As {name}", "What {name}"),
        ("understood it:", "makes of it:"),
        ("Or do it here", "Or go there"),
    ):
        changed = changed.replace(old, new)
    before = blocks.filled(wording.template(name, "en"), facts())
    file.write_text(changed)
    wording._read.cache_clear()
    after = blocks.filled(wording.template(name, "en"), facts())
    wording._read.cache_clear()
    assert [(b.kind, len(b.rows), b.href) for b in after] == [
        (b.kind, len(b.rows), b.href) for b in before
    ]
    assert (
        [s.words for b in after for s in b.spans if s.strong]
        == [s.words for b in before for s in b.spans if s.strong]
        != []
    )


def test_what_somebody_wrote_is_no_mark_and_no_fact():
    tricky = "*Y* [x]({link}) | {price}\nA. B | C"
    template = wording.template("confirm_ways", "en")
    made = blocks.filled(template, facts(retelling=tricky, proposal=tricky))
    quote = [b for b in made if b.kind == "quote"][1]
    assert [(s.words, s.strong, s.href) for s in quote.spans] == [(tricky, False, "")]
    (box,) = (b for b in made if b.rows)
    assert (len(box.rows), box.rows[1].what) == (2, tricky)


def test_empty_facts_leave_no_empty_block():
    made = blocks.filled(wording.template("confirm", "en"), facts(plan="", points=""))
    assert [b.kind for b in made] == [
        "quote",
        "quote",
        "term",
        "price",
        "lead",
        "button",
        "small",
    ]


def test_blocks_come_back_from_json_as_they_were():
    for name in NAMES:
        made = blocks.filled(wording.template(name, "en"), facts())
        assert blocks.restored(blocks.stored(made)) == made, name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[lead]\nwords", "above the blocks"),
        ("subject: s\nmail: x\n[lead]\nwords", "above the blocks"),
        (HEAD + "[box]\nwords", "no block"),
        (HEAD + "[lead] label\nwords", "a label exactly where"),
        (HEAD + "[button]\n{link}", "a label exactly where"),
        (HEAD + "[button] Open\nOpen it.", "its address"),
        (HEAD + "[term]\nwords", "no term line"),
        (HEAD + "[lead]\n", "no term line"),
        (HEAD + "[price]\nPrice {price}", "one bar"),
    ],
)
def test_a_wrong_template_is_named_with_what_is_wrong(text, says):
    with pytest.raises(BadTemplate, match=f"en/x.txt.*{says}"):
        parse(text, "en/x.txt")


def test_every_template_is_short_enough_to_be_texted_with_short_facts():
    """English within three parts of 160 letters, Russian of 70."""
    for code in wording.languages():
        for name, template in wording.language(code).templates.items():
            short = defaultdict(
                lambda: "x", {"number": 1048, "price": Money(9600, "EUR").words(code)}
            )
            assert count(sms_fit.fit(template.sms, short)) <= 2, (code, name)
