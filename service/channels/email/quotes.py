"""What is new in an answer by mail: without the quoted mail and the signature, as mail programs
write them in both languages.

Only for answers to us; a new task keeps the whole text, whatever is forwarded or quoted in it.
"""

from __future__ import annotations

import re

# The line (or two) above a quoted mail, whose lines begin with ">" or which ends the text.
QUOTED = re.compile(
    r"^(?:on\b.{5,200}\bwrote:"  # Gmail, Apple, Thunderbird
    r"|(?:пн|вт|ср|чт|пт|сб|вс)[.,].{5,200}<[^<>\s]+@[^<>\s]+>:"  # Gmail in Russian
    # Yandex, Thunderbird
    r"|\d{1,2}[.\s]\S{2,10}[.\s]+\d{4}.{3,200}(?:<[^<>\s]+@[^<>\s]+>:|"
    r"пишет:|написал\(?а?\)?:|написала?:|wrote:)"
    r"|[а-я]+,\s+\d{1,2}\s+[а-я]+\s+\d{4}.{3,200}\sот\s.{3,200}:"  # Mail.ru
    r")\s*$",
    re.IGNORECASE | re.DOTALL,
)
# From here on everything is the mail that is answered.
ORIGINAL = re.compile(
    r"^\s*-{2,}\s*(?:original message|исходное сообщение|пересланное сообщение|original"
    r" appointment)\s*-{2,}\s*$",
    re.IGNORECASE,
)
OUTLOOK = re.compile(
    r"^(?:from|от(?: кого)?):\s.+\n(?:(?:sent|date|отправлено|дата):\s.+)", re.IGNORECASE
)
RULE = re.compile(r"^_{20,}\s*$")
SIGNATURE = re.compile(r"^-- ?$")
# A heading's line is no longer than this; in longer ones the patterns would look for their end
# again and again.
MAX_HEADING = 600


def new_words(text: str) -> str:
    """What was written now; the whole text where nothing would be left."""
    lines = text.strip().split("\n")
    kept = _without_signature(_without_quotes(lines))
    return "\n".join(kept).strip() or text.strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    last_quoted = max((place for place, line in enumerate(lines) if _is_quoted(line)), default=-1)
    for place, line in enumerate(lines):
        if _all_behind_is_old(lines, place, last_quoted):
            break
        if not (_is_quoted(line) or _above_quote(lines, place)):
            kept.append(line)
    return kept


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _all_behind_is_old(lines: list[str], place: int, last_quoted: int) -> bool:
    """An original message, or a heading without any quoting sign behind it."""
    if ORIGINAL.match(lines[place]) or OUTLOOK.match("\n".join(lines[place : place + 2])):
        return True
    if RULE.match(lines[place]) and OUTLOOK.match("\n".join(lines[place + 1 : place + 3]).lstrip()):
        return True
    return _heading(lines, place) > 0 and last_quoted <= place


def _above_quote(lines: list[str], place: int) -> bool:
    """A heading's line, also the second of two."""
    return _heading(lines, place) > 0 or (place > 0 and _heading(lines, place - 1) == 2)


def _heading(lines: list[str], place: int) -> int:
    """How many lines the heading of a quoted mail takes that begins here: none, one or two."""
    two = " ".join(line.strip() for line in lines[place : place + 2])
    if len(lines[place]) > MAX_HEADING:
        return 0
    if QUOTED.match(lines[place].strip()):
        return 1
    if len(two) > MAX_HEADING:
        return 0
    begins = re.match(
        r"(?i)^(?:on\b|пн|вт|ср|чт|пт|сб|вс|\d{1,2}[.\s]|[а-я]+,\s+\d)", lines[place].strip()
    )
    return 2 if begins and lines[place].strip() and QUOTED.match(two) else 0


def _without_signature(lines: list[str]) -> list[str]:
    place = next(
        (number for number, line in enumerate(lines) if number and SIGNATURE.match(line)),
        len(lines),
    )
    return lines[:place]
