"""Matching of replies: which open question a letter answers, and what it means there."""

from __future__ import annotations

import re

from sqlalchemy import select

from service.messages import prompts, wording
from service.messages.prompts import NO, YES, Prompt
from service.replies import reply_codes
from service.replies.reply import Reply
from service.replies.reply_codes import MAX_CODE_TEXT, ReplyCode
from service.tasks import questions
from service.tasks.task import Task
from tenants.isolation import db
from tenants.membership import companies_of

Open = list[tuple[Prompt, Task]]
DOUBT = re.compile(
    r"\b(?:but|not|no|missing|except|lacks?|without|wrong|но|не|нет|кроме|без|только)\b",
    re.IGNORECASE,
)
# Options by their place in either alphabet, and Cyrillic letters by their look on a phone.
ALPHABETS = tuple(wording.language(code).letters.options.lower() for code in wording.languages())
ALIKE = {"а": "a", "в": "b", "с": "c", "е": "e"}
LOOKS = {**ALIKE, **{latin: cyrillic for cyrillic, latin in ALIKE.items()}}


def waiting_for(said: Reply, number: int | None = None) -> Open:
    """Return the open questions to this person, newest first: of the named task, or of all tasks
    where none is named."""
    found = prompts.open_prompts_of(said.person.id)
    if number is not None:
        return [(ask, task) for ask, task in found if task.number == number]
    if said.task_id is not None:
        return [(ask, task) for ask, task in found if task.id == said.task_id]
    return found


def fitting(said: Reply, letter: ReplyCode) -> Open:
    """Return the questions that the letter answers, the newest of each task. Without a task number
    those of the reply's channel go first, and a question asked on another channel is answered only
    by a letter that was offered in it, so that a second "yes" accepts nothing else."""
    found = [(ask, task) for ask, task in waiting_for(said, letter.number) if meaning(ask, letter)]
    if letter.number is not None or said.task_id is not None:
        return newest_each(found)
    near = [(ask, task) for ask, task in found if ask.channel == said.by.channel]
    far = [
        (ask, task)
        for ask, task in found
        if letter.bare and (ask.kind == "retelling" or letter.sign.upper() in ask.letters)
    ]
    return newest_each(near or far)


def newest_each(found: Open) -> Open:
    """Return the newest matching question of each task."""
    tasks: dict[int, tuple[Prompt, Task]] = {}
    for ask, task in found:
        tasks.setdefault(task.id, (ask, task))
    return list(tasks.values())


def meaning(ask: Prompt, letter: ReplyCode) -> str | None:
    """Return what the letter means for this question: yes, no, 1, 2, rework, settle, dispute, the
    position of an option, or words; None where it means nothing."""
    if not _short_enough(letter):
        return None
    if ask.kind == "retelling":
        return _of_retelling(ask, letter)
    if ask.kind == "delivery":
        return _of_delivery(letter)
    if ask.kind in ("rework", "accept"):
        return _of_ways(ask, letter)
    return _of_question(ask, letter) if ask.kind == "question" else None


def option(offered: list[str], token: str) -> int | None:
    """Return the position of the option that this letter means; None where it is ambiguous between
    its position and its look on a phone."""
    plain = [letter.lower() for letter in offered]
    if token in plain:
        return plain.index(token)
    places = {alphabet.index(token) for alphabet in ALPHABETS if token in alphabet}
    if LOOKS.get(token) in plain:
        places.add(plain.index(LOOKS[token]))
    within = {place for place in places if place < len(plain)}
    return within.pop() if len(within) == 1 else None


def task_of_number(said: Reply, number: int) -> Task | None:
    """Return the person's own task of this number; where two companies have one, that of the
    company whose address they wrote from."""
    found = select(Task).where(
        Task.number == number,
        Task.person_id == said.person.id,
        Task.company_id.in_(companies_of(said.person.id)),
    )
    return db.session.scalar(
        found.order_by((Task.company_id == said.company_id).desc(), Task.id.desc()).limit(1)
    )


def _short_enough(letter: ReplyCode) -> bool:
    """Return whether the words after a letter on its line are few and no order; a single N or 2 may
    be followed by any reason."""
    if letter.alone:
        return True
    if reply_codes.ORDER.match(letter.rest) and len(letter.rest.split()) > 2:
        return False
    return (
        len(letter.rest) <= MAX_CODE_TEXT
        or letter.sign in ("n", "н", "2")
        or (letter.sign in NO and "," in letter.gap)
    )


def _of_retelling(ask: Prompt, letter: ReplyCode) -> str | None:
    if letter.sign in NO:
        return "no"
    if {offered.lower() for offered in ask.letters} & set(YES):
        return "yes" if letter.sign in YES else None
    place = option(ask.letters, letter.sign) if _parted(letter) else None
    return None if place is None else "ab"[place]


def _of_delivery(letter: ReplyCode) -> str | None:
    """Return the letter for a delivery. A yes followed by "but" on the same line is no acceptance,
    because acceptance charges the client."""
    if letter.sign in (*NO, "2"):
        return "2"
    if letter.sign not in (*YES, "1"):
        return None
    parted = letter.sign != "1" or bool(set(letter.gap) & set(",!;"))
    return "1" if letter.alone or (parted and not DOUBT.search(letter.rest)) else None


# What the letters stand for that are offered where a delivery is not quite it, by how many there
# are.
WAYS = {0: (), 2: ("rework", "dispute"), 3: ("rework", "settle", "dispute")}


def _of_ways(ask: Prompt, letter: ReplyCode) -> str | None:
    """Return one of the choices, or a repeated 1 or 2 where both were offered. Paying in part
    requires exactly its letter and nothing else."""
    offered = [sign for sign in ask.letters if not sign.isdigit()]
    place = option(offered, letter.sign) if _parted(letter) else None
    if place is None:
        return _of_delivery(letter) if ask.kind == "accept" else None
    way = WAYS[len(offered)][place]
    return way if way != "settle" or letter.bare else None


def _of_question(ask: Prompt, letter: ReplyCode) -> str | None:
    """Return the meaning for a question: a yes, a no or a number is free text; a letter is one of
    its options."""
    place = option(ask.letters, letter.sign) if _parted(letter) else None
    if place is not None:
        return str(place)
    figure = letter.sign.isdigit() and not ask.letters
    return "words" if letter.sign in (*YES, *NO) or figure else None


def _parted(letter: ReplyCode) -> bool:
    """Return whether a separator follows the letter: with words behind it, it is an option only
    then, because "a" and "а" are words too."""
    return letter.alone or bool(set(letter.gap) & set(".,;:!)-–—"))


def only_question(said: Reply) -> Open:
    """Return the questions that free text may answer, newest of each task first; by phone only
    those that were asked by phone."""
    found = [
        (ask, task)
        for ask, task in waiting_for(said)
        if ask.kind == "question" and said.may_have_seen(ask.at)
    ]
    if said.message_id and (
        meant := [one for one in found if one[0].message_id == said.message_id]
    ):
        return meant
    return newest_each(
        [one for one in found if said.task_id is not None or one[0].channel == said.by.channel]
    )


def options_of(ask: Prompt) -> list[str]:
    """Return the options of the question."""
    return db.session.get_one(questions.Question, ask.subject_id).options
