"""The words of every message that goes out, by language: a folder of templates, and one file of
short sentences, letters and dates. The folders are the set of languages.

English fits 160 letters of a text for the phone into a part, Russian 70. A test holds the
languages against each other.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from service.messages.template import Template, parse

ROOT = Path(__file__).parent / "templates"
SAYINGS_FILE = "sayings.toml"


@dataclass(frozen=True)
class Letters:
    """What an answer may be given with: a letter for yes, one for no, and one for each option;
    what stands between two of them, and the words that are understood as yes and as no."""

    yes: str
    no: str
    options: str
    between: str
    yes_words: tuple[str, ...]
    no_words: tuple[str, ...]


@dataclass(frozen=True)
class Days:
    """How a day is written with its hour, as Babel's patterns: in this week, and further away."""

    near: str
    far: str


@dataclass(frozen=True)
class Language:
    """What the service says in one language."""

    templates: dict[str, Template]
    sayings: dict[str, str]
    letters: Letters
    days: Days


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that messages are written in."""
    return tuple(sorted(file.parent.name for file in ROOT.glob(f"*/{SAYINGS_FILE}")))


def language(code: str) -> Language:
    """Return the words of a language, read once. Raises KeyError where there is none of this
    code, BadTemplate where a file is wrong."""
    return _read(ROOT, code)


def template(name: str, code: str) -> Template:
    """Return a message in this language. Raises KeyError where there is none."""
    return language(code).templates[name]


def saying(key: str, code: str, /, **facts: object) -> str:
    """Return a short sentence in this language."""
    return language(code).sayings[key].format(**facts)


@lru_cache
def _read(root: Path, code: str) -> Language:
    folder = root / code
    if not (folder / SAYINGS_FILE).is_file():
        raise KeyError(code)
    own = tomllib.loads((folder / SAYINGS_FILE).read_text(encoding="utf-8"))
    return Language(
        {
            file.stem: parse(file.read_text(encoding="utf-8"), str(file.relative_to(root)))
            for file in sorted(folder.glob("*.txt"))
        },
        own["sayings"],
        Letters(**{name: _fixed(value) for name, value in own["letters"].items()}),
        Days(**own["days"]),
    )


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
