"""Which text is an answer, and to what. In this order: commands; a letter that the last unanswered ask offered, alone or
with a task's number; N and T after our own notes; a text that names a task; words while exactly one question is open.
All else is a new task.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from service.actor import Actor
from service.channels import outbound
from service.channels.kept import Inbound
from service.channels.wording import saying
from service.conversation import asks, commands, messages
from service.conversation.asks import Ask
from service.errors import Refusal
from service.tasks import cancelling, dead_line, questions, review, understanding
from service.tasks.task import Task
from service.tasks.task import find as find_task
from tenants.membership import companies_of
from tenants.people import Person
from tenants.wall import db

NUMBERED = re.compile(r"^\s*#?(\d{1,7})\s*[:.,)\-–—]\s*(.+)$", re.DOTALL)
ANSWER = re.compile(r"^\s*([^\W\d_]{1,6}|[12])\s*[.!,)]*\s*(?:#?(\d{3,7}))?\s*[.!]*\s*$")
NUMBER_FIRST = re.compile(r"^\s*#?(\d{3,7})[\s:,.-]+([^\W\d_]{1,6}|[12])\s*[.!]*\s*$")
NO_AND_WHY = re.compile(r"^\s*(?:n|no|н|нет)\b[\s,.:;-]+(.{3,})$", re.IGNORECASE | re.DOTALL)
THANKS = re.compile(r"^\s*(?:t|с)\s+(.+)$", re.IGNORECASE | re.DOTALL)
NEW = re.compile(r"^\s*(?:new|новая)\b[\s:,.-]*", re.IGNORECASE)
# A long text with an order in it reads like a task of its own, not like an answer.
ORDER = re.compile(r"\b(find|write|make|book|call|prepare|translate|need|please|найд|напиш|сделай|заброн|позвон|подготов|нужн|нужен|прошу)",
                   re.IGNORECASE)


@dataclass
class Said:
    """What a known person wrote. `task_id` where the answer address or a reference names a task."""

    person: Person
    by: Actor
    company_id: int
    text: str
    inbound: Inbound
    task_id: int | None = None


def take_in(said: Said) -> int | None:
    """Take the text as the answer it is: the task's id, -1 where it was a command, None where it is a new task."""
    for reading in (_command, _letter, _after_notes, _named, _only_question):
        if (task_id := reading(said)) is not None:
            return task_id
    return None


def without_new(text: str) -> str:
    """The task without the word NEW, with which somebody said that it is one."""
    return NEW.sub("", text, count=1) or text


def reply_saying(said: Said, saying_name: str, task: Task | None = None, **facts: object) -> None:
    """A short reply by the channel that the text came through."""
    words = saying(saying_name, said.person.language, **{"number": task.number if task else "", **facts})
    reply(said, words, task)


def reply(said: Said, words: str, task: Task | None = None) -> None:
    """Words back to the writer."""
    outbound.tell(said.person, "reply", task, channel=said.by.channel if said.by.channel in ("sms", "email") else None,
                  words=words, subject=f"{task.number}: {task.title}" if task else "Poruchi",
                  reply_to=said.inbound.provider_id.partition(" ")[0] if said.by.channel == "email" else None)


def _command(said: Said) -> int | None:
    if said.by.channel != "sms":
        return None
    words = commands.answer(said.person, said.by, said.inbound.sender, said.text)
    if words is None:
        return None
    if words:
        reply(said, words)
    return -1


def _letter(said: Said) -> int | None:
    """A letter that an open ask offered."""
    waiting = [(ask, task) for ask, task in asks.open_of(said.person.id) if said.task_id in (None, task.id)]
    if said.by.channel == "sms":
        waiting = [(ask, task) for ask, task in waiting if ask.channel == "sms"]
    first = said.text.strip().splitlines()[0] if said.text.strip() else ""
    if not waiting or NEW.match(said.text):
        return None
    if why := NO_AND_WHY.match(said.text):
        return _no_and_why(said, waiting, why[1])
    letter, number = _letter_and_number(first)
    if letter is None:
        return _words_for(said, waiting)
    fitting = [(ask, task) for ask, task in waiting if letter in _understood(ask) and number in (None, task.number)]
    if len(fitting) > 1:
        return _which(said, fitting, letter)
    if not fitting:
        return _unread(said, waiting, first) if number is None and len(letter) == 1 and letter not in "nнtс" else None
    return _apply(said, *fitting[0], letter)


def _letter_and_number(first: str) -> tuple[str | None, int | None]:
    if match := ANSWER.match(first):
        return match[1].lower(), int(match[2]) if match[2] else None
    if match := NUMBER_FIRST.match(first):
        return match[2].lower(), int(match[1])
    return None, None


def _understood(ask: Ask) -> set[str]:
    """The letters that answer an ask; a yes and a no in either language."""
    letters = {letter.lower() for letter in ask.letters}
    letters |= set(asks.YES) if letters & {"y", "д"} else set()
    letters |= set(asks.NO) if letters & {"n", "н"} else set()
    pairs = dict(zip("abcde", "абвгд", strict=True))
    return letters | {pairs.get(letter, letter) for letter in letters} | {a for a, b in pairs.items() if b in letters}


def _apply(said: Said, ask: Ask, task: Task, letter: str) -> int:
    """Do what the letter says; where the task does not stand that way any more, say so in a sentence."""
    try:
        with db.session.begin_nested():
            APPLY[ask.kind](said, ask, task, letter)
    except Refusal as error:
        reply(said, error.detail, task)
    return task.id


def _retelling(said: Said, ask: Ask, task: Task, letter: str) -> None:
    if letter in asks.NO:
        asks.open_ask(task, said.person.id, "correction", ask.subject_id, said.by.channel, [])
        return reply_saying(said, "what_differs", task)
    understanding.confirm(task, said.by, ask.subject_id, proposal=letter in ("b", "б"))
    return asks.close_asks(task.id)


def _question(said: Said, ask: Ask, task: Task, letter: str) -> None:
    question = db.session.get_one(questions.Question, ask.subject_id)
    place = ("abcde" if letter in "abcde" else "абвгд").find(letter)
    answer = question.options[place] if 0 <= place < len(question.options) else said.text
    questions.answer(task, said.by, question.id, answer)
    asks.close_asks(task.id)


def _delivery(said: Said, ask: Ask, task: Task, letter: str) -> None:
    if letter == "2":
        asks.open_ask(task, said.person.id, "rework", ask.subject_id, said.by.channel, [])
        return reply_saying(said, "what_lacks", task)
    delivery = db.session.get_one(dead_line.Delivery, ask.subject_id)
    dead_line.accept(task, said.by, max(delivery.met_share, dead_line.SUCCESS))
    return asks.close_asks(task.id)


APPLY = {"retelling": _retelling, "question": _question, "delivery": _delivery}


def _no_and_why(said: Said, waiting: list[tuple[Ask, Task]], why: str) -> int | None:
    """ "N the date is wrong": the correction comes with the no."""
    fitting = [(ask, task) for ask, task in waiting if ask.kind == "retelling"]
    if len(fitting) != 1:
        return _which(said, fitting, "n") if fitting else None
    return _words(said, fitting[0][0], fitting[0][1], "correction", why)


def _words_for(said: Said, waiting: list[tuple[Ask, Task]]) -> int | None:
    """Words after "what is different?" and "what is missing?" answer just that."""
    asked = [(ask, task) for ask, task in waiting if ask.kind in ("correction", "rework")]
    if len(asked) != 1 or NUMBERED.match(said.text):
        return None
    return _words(said, *asked[0], asked[0][0].kind, said.text)


def _words(said: Said, ask: Ask, task: Task, kind: str, words: str) -> int:
    try:
        with db.session.begin_nested():
            if kind == "correction":
                understanding.correct(task, said.by, ask.subject_id, words)
            else:
                delivery = db.session.get_one(dead_line.Delivery, ask.subject_id)
                dead_line.accept(task, said.by, min(delivery.met_share, dead_line.SUCCESS - 1), words, "rework")
            asks.close_asks(task.id)
        reply_saying(said, "corrected" if kind == "correction" else "reworking", task)
    except Refusal as error:
        reply(said, error.detail, task)
    return task.id


def _which(said: Said, fitting: list[tuple[Ask, Task]], letter: str) -> int:
    numbers = ", ".join(str(task.number) for _ask, task in fitting)
    reply_saying(said, "which", numbers=numbers, example=f"{letter.upper()} {fitting[0][1].number}")
    return -1


def _unread(said: Said, waiting: list[tuple[Ask, Task]], words: str) -> int | None:
    ask, task = waiting[0]
    if not ask.letters:
        return None
    either = " / ".join(letter.upper() for letter in ask.letters)
    reply_saying(said, "unread", task, words=words[:20], letters=either)
    return task.id


def _after_notes(said: Said) -> int | None:
    """N stops a task that was only acknowledged, T thanks for one that was closed; they are open for nothing else."""
    text = said.text.strip()
    if text.lower().strip(".! ") in asks.NO:
        return _stop_newest(said)
    if (thanks := THANKS.match(text)) and (task := _newest(said, ("accepted", "closed"))):
        try:
            with db.session.begin_nested():
                review.praise(task, said.by, thanks[1][:2000])
            holder = db.session.get(Person, task.holder_id) if task.holder_id else None
            reply_saying(said, "thanked", task, name=holder.first_name if holder else "Poruchi")
        except Refusal as error:
            reply(said, error.detail, task)
        return task.id
    return None


def _stop_newest(said: Said) -> int | None:
    task = db.session.get(Task, said.task_id) if said.task_id else _newest(said, ("received", "triage", "queued", "assigned", "briefed"))
    if task is None:
        return None
    try:
        with db.session.begin_nested():
            cancelling.cancel(task, said.by)
    except Refusal as error:
        reply(said, error.detail, task)
    return task.id


def _newest(said: Said, states: tuple[str, ...]) -> Task | None:
    theirs = (Task.person_id == said.person.id, Task.company_id.in_(companies_of(said.person.id)), Task.channel == said.by.channel)
    return db.session.scalar(select(Task).where(*theirs, Task.state.in_(states)).order_by(Task.id.desc()).limit(1))


def _named(said: Said) -> int | None:
    """ "12: …" or an answer to one task's mail: words on that task, or the answer to the one question open there."""
    if said.task_id is not None:
        return _on_task(said, find_task(said.task_id), said.text)
    match = NUMBERED.match(said.text)
    if match is None or said.by.channel != "sms":
        return None
    task = db.session.scalar(select(Task).where(Task.number == int(match[1]), Task.company_id == said.company_id,
                                                Task.person_id == said.person.id))
    if task is None:
        return None
    return _on_task(said, task, match[2])


def _on_task(said: Said, task: Task, words: str) -> int:
    waiting = questions.open_questions(task)
    try:
        with db.session.begin_nested():
            if len(waiting) == 1 and task.is_open:
                questions.answer(task, said.by, waiting[0].id, words)
                asks.close_asks(task.id)
            else:
                messages.say(task, said.by, words, inbound_id=said.inbound.id)
        if said.by.channel == "sms":
            reply_saying(said, "passed_on", task)
    except Refusal as error:
        reply(said, error.detail, task)
    return task.id


def _only_question(said: Said) -> int | None:
    """Words while exactly one question by SMS is open, unless they read like a task of their own."""
    open_questions = [(ask, task) for ask, task in asks.open_of(said.person.id, said.by.channel) if ask.kind == "question"]
    reads_like_task = len(said.text) > 160 or ORDER.search(said.text) or NEW.match(said.text)
    if said.by.channel != "sms" or len(open_questions) != 1 or reads_like_task:
        return None
    ask, task = open_questions[0]
    try:
        with db.session.begin_nested():
            questions.answer(task, said.by, ask.subject_id, said.text)
            asks.close_asks(task.id)
        reply_saying(said, "taken", task)
    except Refusal as error:
        reply(said, error.detail, task)
    return task.id
