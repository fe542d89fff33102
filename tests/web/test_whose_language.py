"""Words of people on a page of another language: marked, so that they are read out in their own."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from service.web.filters.names import apart, said
from service.web.markup import marked, paragraphs

RUSSIAN, ENGLISH = "Найдите три гостиницы", "Find three hotels"


@pytest.mark.parametrize(
    ("page", "words", "line"),
    [
        ("en", RUSSIAN, f'<span lang="ru">{RUSSIAN}</span>'),
        ("ru", ENGLISH, f'<span lang="en">{ENGLISH}</span>'),
        ("en", ENGLISH, ENGLISH),
        ("ru", RUSSIAN, RUSSIAN),
        ("ru", "2 + 2", "2 + 2"),
        ("ru", "", ""),
        ("en", None, ""),
        ("ru", "שלום", "<bdi>שלום</bdi>"),
        ("ru", "Call שלום now", '<span lang="en"><bdi>Call שלום now</bdi></span>'),
        ("ru", "<b>no</b>", '<span lang="en">&lt;b&gt;no&lt;/b&gt;</span>'),
    ],
)
def test_a_line_is_marked_where_its_language_is_not_the_pages(app, page, words, line):
    with app.test_request_context(), force_locale(page):
        assert str(said(words)) == line


def test_a_name_stands_apart_and_is_in_no_language(app):
    with app.test_request_context(), force_locale("ru"):
        assert apart("Poruchi") == "Poruchi"


def test_paragraphs_carry_their_language_and_their_direction(app):
    with app.test_request_context(), force_locale("en"):
        assert (
            str(paragraphs(f"{RUSSIAN}\n\nשלום"))
            == f'<p lang="ru">{RUSSIAN}</p><p dir="auto">שלום</p>'
        )
        assert str(paragraphs(ENGLISH)) == f"<p>{ENGLISH}</p>"


def test_words_that_spoke_for_a_kind_are_marked_in_the_text_and_never_in_its_markup(app):
    with app.test_request_context(), force_locale("en"):
        assert (
            str(marked(f"{RUSSIAN} lang", [("lang", 1.0)]))
            == f'<p lang="ru">{RUSSIAN} <mark role="none">lang</mark></p>'
        )
