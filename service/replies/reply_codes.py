"""Parsing of a reply in one letter: the letter or word at its beginning, a task number, and what
follows.

Nothing here looks at the open questions; `match.py` does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.messages.prompts import NO, YES

# Longer words after "yes" or "no" make it a text of its own, not a letter.
MAX_CODE_TEXT = 40
NUMBERED = re.compile(r"^#?(\d{3,7})(?!\d)[\s:,.)\-–—]+(.*)$", re.DOTALL)
TOKEN = re.compile(r"^([^\W\d_]+|\d)(?![\w'’-])(?:[ \t]+#?(\d{3,7})(?![\w/-]|[.:]\d))?", re.UNICODE)
QUOTES = " \t\n\"'«»“”„‚‘’"
NEW = re.compile(r"^\s*(?:new|новая)\b[\s:,.-]*", re.IGNORECASE)
POLITE = re.compile(
    r"^(?:please|pls|thanks|thank you|thx|cheers|that'?s right|that is"
    r" right|right|correct|exactly|sure|of course|fine|good|great|perfect"
    r"|well done|пожалуйста|спасибо|верно|вс[её] верно|вс[её]"
    r" так|правильно|конечно|хорошо|отлично|подходит|согласен|согласна)$",
    re.IGNORECASE,
)
THANKS = re.compile(
    r"^(?:many )?(?:thanks|thank you|thx|cheers|спасибо|благодарю)\b", re.IGNORECASE
)
# Texts that begin like this are orders, from about five words on.
ORDER = re.compile(
    r"^(?:\d{1,2}[.)]\s*)?(?:please,?\s+|pls\s+|пожалуйста,?\s+|прошу\s+|can you\s+|could you\s+)*"
    r"(?:find|write|make|book|call|prepare|translate|compare|check|collect"
    r"|order|buy|send|plan|organi[sz]e|arrange|draw|design|proofread|transcribe|research|search"
    r"|look"
    r" for|list|create|draft|update|set up"
    r"|найди|напиши|сделай|заброниру|закажи|позвони|подготов|переведи|сравни|провер|собери"
    r"|соберите|купи|отправь|составь|спланиру"
    r"|организу|нарису|разработай|исследу|подбери|подберите|посчитай"
    r"|рассчитай|обнови|создай|оформи|узнай|выясни|расшифруй)",
    re.IGNORECASE,
)
IMPERATIVE = re.compile(r"\b\w{3,}(?:ите|йте|ьте)\b", re.IGNORECASE)
KNOWN = frozenset((*YES, *NO, "1", "2"))


@dataclass(frozen=True)
class ReplyCode:
    """A text that begins like a letter reply. `rest` are the words after it, `gap` is what
    separates them."""

    sign: str
    number: int | None
    rest: str
    gap: str = ""
    number_first: bool = False

    @property
    def bare(self) -> bool:
        """Return whether there is nothing but the letter and perhaps a number."""
        return not self.rest

    @property
    def alone(self) -> bool:
        """Return whether nothing else is on its line."""
        return self.bare or "\n" in self.gap


def read(text: str) -> ReplyCode | None:
    """Return the letter at the beginning, alone or with a number on either side; None where the
    text begins otherwise."""
    words = text.strip(QUOTES)
    first = NUMBERED.match(words)
    number = int(first[1]) if first and _token(first[2].strip(QUOTES)) else None
    if first and number is not None:
        words = first[2].strip(QUOTES)
    match = _token(words)
    if match is None:
        return None
    found = number or (int(match[2]) if match[2] else None)
    behind = words[match.end() :]
    gap = re.match(r"[\s\W]*", behind)
    return ReplyCode(
        match[1].lower(),
        found,
        _without_politeness(behind),
        gap[0] if gap else "",
        number_first=number is not None,
    )


def numbered(text: str) -> tuple[int, str] | None:
    """Return a number and the words after it ("12: …"); a date or a time of day does not match."""
    match = re.match(
        r"^\s*#?(\d{1,7})\s*(?::(?!\d)|[.,)](?=\s|$)|[-–—](?=\s))\s*(.*)$", text, re.DOTALL
    )
    return (int(match[1]), match[2].strip()) if match else None


def like_task(text: str) -> bool:
    """Return whether the words read like a new order and not like an answer."""
    return (
        len(text) > 160
        or bool(NEW.match(text))
        or (bool(ORDER.match(text.strip())) and len(text.split()) >= 5)
    )


def wordless(text: str) -> bool:
    """Return whether the text has neither letter nor digit: an emoji, a dot."""
    return not re.search(r"\w", text)


def thanks(text: str) -> bool:
    """Return whether the text says thanks and nothing else."""
    return bool(THANKS.match(text.strip())) and len(text) <= MAX_CODE_TEXT


def _token(words: str) -> re.Match[str] | None:
    """Return a match where the first word is one letter, one digit, a yes or a no."""
    match = TOKEN.match(words)
    return match if match and (len(match[1]) == 1 or match[1].lower() in KNOWN) else None


def _without_politeness(rest: str) -> str:
    words = rest.strip(QUOTES + ".,!;:)-–—")
    return "" if wordless(words) or POLITE.match(words) else rest.strip(" \t\n.,!;:)-–—\"'")
