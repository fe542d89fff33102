"""Triage, first version: the texts it learns from, the model, and the dead lines it reads."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest

from service.catalogue.categories import all_categories
from service.nlu import classifier, train
from service.nlu.deadlines import deadline_in
from service.nlu.language_of_text import language_of

RIGA = ZoneInfo("Europe/Riga")
TUESDAY = datetime(2026, 11, 24, 14, 10, tzinfo=RIGA)
MOST_ALIKE = 0.35


def grams(text):
    flat = re.sub(r"\s+", " ", text.lower())
    return {flat[start : start + 5] for start in range(max(1, len(flat) - 4))}


def test_there_are_sixty_texts_of_every_length_for_each_kind_and_language():
    counts = Counter((code, language) for _text, code, language in train.examples())
    assert len(all_categories()) == 21
    assert [
        key
        for code in all_categories()
        for language in ("en", "ru")
        if counts[key := (code, language)] < 60
    ] == []
    lengths = [len(text.split()) for text, _code, _language in train.examples()]
    assert min(lengths) == 3 and max(lengths) > 100
    assert all(
        language_of(text) == language
        for text, _code, language in train.examples()
        if len(text) > 40
    )


def test_no_two_texts_are_alike():
    texts = [(text, grams(text)) for text, _code, _language in train.examples()]
    places = defaultdict(list)
    for number, (_text, found) in enumerate(texts):
        for gram in found:
            places[gram].append(number)
    shared = Counter(
        pair
        for numbers in places.values()
        if len(numbers) < 60
        for pair in combinations(numbers, 2)
    )
    alike = [
        (texts[a][0], texts[b][0])
        for (a, b), count in shared.items()
        if count / len(texts[a][1] | texts[b][1]) > MOST_ALIKE
    ]
    assert alike == []


def test_the_model_is_made_from_these_texts():
    import json

    head = json.loads(classifier.MODEL.read_bytes().split(b"\n", 1)[0])
    assert head["texts"] == train.digest(), "run `make model`"


def test_on_texts_it_has_not_seen_the_sure_ones_are_mostly_right():
    """A fifth is held out: the first guess is right far above chance, and what is sure enough to be
    queued is mostly right."""
    examples = train.examples()
    held = examples[::5]
    model = train.fit(
        *map(
            list,
            zip(
                *[(text, code) for number, (text, code, _l) in enumerate(examples) if number % 5],
                strict=True,
            ),
        )
    )
    shares = model.predict_proba(train.matrix([text for text, _code, _language in held]))
    right = [
        model.classes_[row.argmax()] == code
        for row, (_text, code, _language) in zip(shares, held, strict=True)
    ]
    sure = [one for one, row in zip(right, shares, strict=True) if row.max() >= 0.55]
    print(
        f"first guess {sum(right) / len(right):.2f}, sure {len(sure) / len(right):.2f}, of these"
        f" right {sum(sure) / len(sure):.2f}"
    )
    assert sum(right) / len(right) > 0.45
    assert sum(sure) / len(sure) > 0.75


def test_scoring_without_the_library_gives_what_training_gave():
    assert (
        classifier.classify("Please transcribe a recording of forty minutes, two speakers").category
        == "transcription"
    )
    assert (
        classifier.classify("Забронируйте отель и билеты на самолёт в Стамбул").category
        == "booking"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Fri noon pls", "Fri 27 12:00"),
        ("до пятницы 18:00", "Fri 27 18:00"),
        ("завтра к обеду", "Wed 25 13:00"),
        ("by the 28th", "Sat 28 18:00"),
        ("к пятнице 12", "Fri 27 12:00"),
        ("on Monday we met, find it by Wednesday 3 pm", "Wed 25 15:00"),
        ("in 2 hours", "Tue 24 16:10"),
        ("через неделю", "Tue 01 18:00"),
        ("до 5 декабря", "Sat 05 18:00"),
        ("by 2026-12-01 10:30", "Tue 01 10:30"),
        ("до 01.12", "Tue 01 18:00"),
        ("deadline is 3 Dec at 9am", "Thu 03 09:00"),
        ("сегодня до 17:00", "Tue 24 17:00"),
        ("tomorrow", "Wed 25 18:00"),
        ("by end of week", "Fri 27 18:00"),
        ("до конца месяца", "Mon 30 18:00"),
        ("к среде, 10 утра", "Wed 25 10:00"),
    ],
)
def test_dead_lines_are_read_in_the_senders_zone(text, expected):
    assert f"{deadline_in(text, RIGA, TUESDAY).astimezone(RIGA):%a %d %H:%M}" == expected


@pytest.mark.parametrize(
    "text",
    [
        "we need it",
        "20000 bags, 250 g",
        "we sat in the may garden",
        "call 12 people",
        "",
        "31.31",
        "on 45 May",
    ],
)
def test_what_is_no_date_is_none(text):
    assert deadline_in(text, RIGA, TUESDAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "Please find the one lawyer who could check this contract of ours by Monday, day and week",
        "Пожалуйста, найдите юриста, который проверит наш договор до понедельника, нужно очень",
    ],
)
def test_only_words_that_mean_something_speak_for_a_guess(text):
    words = classifier.speaking_for(text, "legal")
    assert words and all(len(word) > 3 and abs(weight) >= 0.8 for word, weight in words)
    assert not {word.lower() for word, _weight in words} & {
        "please",
        "could",
        "this",
        "monday",
        "week",
        "пожалуйста",
        "который",
        "нужно",
        "очень",
    }
