"""The classifier of a text's category: a linear model over hashed words and letter n-grams, scored
without the library it was trained with.

`model.bin` is made by `python -m service.nlu.train` from the texts in `texts/`; a test checks that
the two match.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from array import array
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

BUCKETS = 1 << 15
MODEL = Path(__file__).with_name("model.bin")
MAX_CHARACTERS = 3000
WORD = re.compile(r"[^\W_]+")
# A word listed as a reason for a guess is at least SHORTEST characters long, is not among the words
# common to any text, and weighs at least QUIETEST.
SHORTEST, QUIETEST = 4, 0.8
COMMON = frozenset(
    WORD.findall(
        """
about after also been before could each every from have into just like more most need only other
over please should some such than thank thanks that their them then there these they this those
today tomorrow very want week weeks what when where which while will with within would your days
month monday tuesday wednesday thursday friday saturday sunday более будет были было быть ваша
ваши весь всех вторник выходные день дней добрый если есть завтра здравствуйте именно каждый когда
которая которые который лучше меня можно можете надо наша наши него недели неделю нужен нужна
нужно нужны один одна очень перед пожалуйста понедельник после потом просто пятница пятницу
пятницы сегодня себя спасибо среда среду среды суббота также такие такой теперь того тоже только
хотим хочу четверг через чтобы этого этот этой"""
    )
)


@dataclass(frozen=True)
class Guess:
    """A category and how sure the model is of it, 0 to 1; `others` are the next best."""

    category: str
    confidence: float
    others: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Model:
    """The weights: one row of signed bytes for each bucket, one column for each category."""

    categories: list[str]
    scale: float
    bias: list[float]
    weights: array[int]

    def scores(self, text: str) -> list[float]:
        """Return the score of each category for this text."""
        width, totals = len(self.categories), [0.0] * len(self.categories)
        for bucket, weight in features(text).items():
            row = self.weights[bucket * width : (bucket + 1) * width]
            for place, value in enumerate(row):
                totals[place] += weight * value
        return [total * self.scale + bias for total, bias in zip(totals, self.bias, strict=True)]


def features(text: str) -> dict[int, float]:
    """Return bucket to weight: words, pairs of words and groups of three to five letters,
    log-damped, normalised to length one."""
    words = WORD.findall(text[:MAX_CHARACTERS].lower().replace("ё", "е"))
    counts: Counter[int] = Counter()
    for word in words:
        counts[_bucket("w", word)] += 2
        padded = f" {word} "
        for size in (3, 4, 5):
            for start in range(len(padded) - size + 1):
                counts[_bucket("c", padded[start : start + size])] += 1
    for pair in pairwise(words):
        counts[_bucket("p", " ".join(pair))] += 2
    damped = {bucket: 1 + math.log(count) for bucket, count in counts.items()}
    norm = math.sqrt(sum(value * value for value in damped.values())) or 1.0
    return {bucket: value / norm for bucket, value in damped.items()}


def classify(text: str) -> Guess:
    """Return the category that this text most likely belongs to."""
    model = load()
    shares = _softmax(model.scores(text))
    ranked = sorted(zip(model.categories, shares, strict=True), key=lambda pair: -pair[1])
    return Guess(ranked[0][0], ranked[0][1], tuple(ranked[1:4]))


def speaking_for(text: str, category: str, most: int = 6) -> list[tuple[str, float]]:
    """Return the words of a text that count for a category, or against it (below zero), the
    strongest first: what each adds to its score above the mean of all categories. Short and common
    words are left out, whatever they add."""
    model = load()
    place, words = (
        model.categories.index(category),
        [word for word in dict.fromkeys(WORD.findall(text[:MAX_CHARACTERS])) if _telling(word)][
            :120
        ],
    )
    told = []
    for word in words:
        scores = [score - bias for score, bias in zip(model.scores(word), model.bias, strict=True)]
        told.append((word, round(scores[place] - sum(scores) / len(scores), 1)))
    return sorted((one for one in told if abs(one[1]) >= QUIETEST), key=lambda one: -abs(one[1]))[
        :most
    ]


def _telling(word: str) -> bool:
    return len(word) >= SHORTEST and word.lower() not in COMMON


@lru_cache
def load() -> Model:
    """Load the trained model; it takes 0.7 MB of memory."""
    head, body = MODEL.read_bytes().split(b"\n", 1)
    facts = json.loads(head)
    weights = array("b")
    weights.frombytes(zlib.decompress(body))
    return Model(facts["categories"], facts["scale"], facts["bias"], weights)


def _bucket(kind: str, text: str) -> int:
    return zlib.crc32((kind + text).encode()) % BUCKETS


def _softmax(scores: list[float]) -> list[float]:
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    return [power / sum(powers) for power in powers]
