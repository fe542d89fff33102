"""What a retelling made exact: kept as pairs, refused where the client never said it, corrected
point by point."""

from __future__ import annotations

import pytest

from service.core.errors import InvalidInput
from service.tasks import clarified, understanding
from service.tasks.task import find
from service.web.markup import compared
from tenants import isolation

TEXT = "We look for oat milk that foams\nwell, by the end of the week."


def test_words_that_the_client_never_wrote_are_refused_and_empty_rows_left_out():
    assert clarified.checked([("foams well", "at least 3 % fat"), ("", " ")], TEXT) == [
        {"words": "foams well", "exact": "at least 3 % fat"}
    ]
    for wrong in (
        ("soya milk", "oat"),
        ("foams well", ""),
        ("", "at least 3 % fat"),
        ("foams well", "x" * 301),
    ):
        with pytest.raises(InvalidInput):
            clarified.checked([wrong], TEXT)
    with pytest.raises(InvalidInput):
        clarified.checked([("oat milk", str(n)) for n in range(11)], TEXT)


def test_both_texts_are_marked_with_the_same_number_and_nothing_in_them_is_markup():
    pairs = [
        {"words": "foams well", "exact": "<b>3 % fat</b>"},
        {"words": "the end of the week", "exact": "Friday"},
    ]
    was = str(compared(TEXT + " \ue000", pairs, "words"))
    assert '<span class="was">foams<br>well</span><sup>1</sup>' in was
    assert '<span class="was">the end of the week</span><sup>2</sup>' in was
    assert "\ue000" not in was
    assert "<ins>&lt;b&gt;3 % fat&lt;/b&gt;</ins><sup>1</sup>" in str(
        compared("It is <b>3 % fat</b>, so I take it.", pairs, "exact")
    )


def test_of_two_that_overlap_the_first_is_marked():
    pairs = [{"words": "oat milk", "exact": "a"}, {"words": "milk that foams", "exact": "b"}]
    assert str(compared(TEXT, pairs, "words")).count("<sup>") == 1


def test_a_retelling_keeps_its_points(world):
    client, one = world.client(), world.staff()
    task_id = world.task(client, "briefed", one)
    words = " ".join(world.load(task_id).text.split()[:2])
    with isolation.transaction(one.scope):
        understanding.retell(
            find(task_id),
            one.actor,
            "I take it so, and say it here.",
            points=[(words, "this, and nothing else")],
        )
    with isolation.transaction(client.scope):
        told = understanding.last_of([task_id])[task_id]
        assert told.differences == [{"words": words, "exact": "this, and nothing else"}]
