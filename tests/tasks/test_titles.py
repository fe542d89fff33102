"""Headings made of what a client wrote."""

from __future__ import annotations

import pytest

from service.tasks.submission import title_of


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Book a flight to Lisbon. Window seat.", "Book a flight to Lisbon"),
        ("Найти трёх поставщиков.", "Найти трёх поставщиков"),
        ("Wait... what is this", "Wait..."),
        ("Who sells bags? By Friday", "Who sells bags?"),
        ("A.", "A."),
        (
            (
                "Book two seats Riga to Copenhagen for Mikko and me, out on the 9th in the morning,"
                " back on the 12th in the evening"
            ),
            "Book two seats Riga to Copenhagen for Mikko and me, out on the 9th in the morning",
        ),
        ("word " * 40, "word " * 16 + "word…"),
    ],
)
def test_a_title_is_the_first_sentence_without_its_stop_cut_where_a_clause_ends(words, title):
    assert title_of(words) == title
