"""Routing of replies: whether a message is an answer, and to what. READINGS lists the readings in
the order they are tried; what none of them takes is a new task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from service.messages import prompts, wording
from service.messages.prompts import Prompt
from service.messages.wording import saying
from service.replies import actions, match, offers, phone_commands, phone_reactions, reply_codes
from service.replies.match import Open
from service.replies.outcome import ABOUT_NO_TASK, Answered
from service.replies.reply import Reply, answer_back, answer_with
from service.replies.reply_codes import NEW, ReplyCode
from service.tasks.task import Task, find

FOR_WORDS = ("correction", "rework")


@dataclass(frozen=True)
class Reading:
    """A row of the table: what a reply may be, from which channels, and the function that
    decides."""

    what: str
    read: Callable[[Reply], Answered | None]
    in_chat_only: bool = False

    def applies(self, said: Reply) -> bool:
        """Return whether replies by this channel are read this way."""
        return said.in_chat or not self.in_chat_only


def handle(said: Reply) -> Answered | None:
    """Handle the reply by the first reading that applies; return None where it is a new task."""
    if NEW.match(said.text):
        return _new(said)
    outcomes = (reading.read(said) for reading in READINGS if reading.applies(said))
    return next((outcome for outcome in outcomes if outcome is not None), None)


def without_new(text: str) -> str:
    """Return the text without the word NEW, with which the sender marked it as a task."""
    return NEW.sub("", text, count=1) or text


def pass_on_in_their_name(said: Reply) -> None:
    """Pass on the text of another member of the company to the task that their mail answers."""
    task = find(said.task_id or 0)
    actions.carefully(said, task, lambda: actions.pass_on(said, task, said.text))
    answer_with(said, "passed_on", task)


def _new(said: Reply) -> Answered | None:
    if not reply_codes.wordless(NEW.sub("", said.text, count=1)) or not said.in_chat:
        return None
    answer_with(said, "new_what")
    return ABOUT_NO_TASK


def _phone_reaction(said: Reply) -> Answered | None:
    """Handle an emoji reaction to a text of ours: it is no answer; where a question is open, ask
    for the answer."""
    reaction = phone_reactions.read(said.text)
    if reaction is None:
        return None
    message = phone_reactions.message_of(said, reaction)
    waiting = [
        (ask, task)
        for ask, task in match.waiting_for(said)
        if message and ask.message_id == message.id
    ]
    if reaction.agrees and waiting:
        ask, task = waiting[0]
        answer_with(
            said,
            "unread",
            task,
            words=saying("a_tap", said.person.language),
            letters=_letters(ask, said),
        )
    return Answered(message.task_id if message else None)


def _command(said: Reply) -> Answered | None:
    words = phone_commands.answer(said.person, said.by, said.inbound.sender, said.text)
    if words:
        answer_back(said, words)
    return None if words is None else ABOUT_NO_TASK


def _letter(said: Reply) -> Answered | None:
    """Handle a letter that an open question offered."""
    letter = _read(said)
    if letter is None or (not said.in_chat and said.task_id is None and not letter.bare):
        return None
    if (
        letter.number is not None
        and letter.bare
        and said.in_chat
        and match.task_of_number(said, letter.number) is None
    ):
        return _not_found(said, letter.number)
    found = match.fitting(said, letter)
    if len(found) > 1:
        return _which(said, found, letter.sign.upper())
    return actions.letter(said, *found[0], letter) if found else None


def _read(said: Reply) -> ReplyCode | None:
    """Return the letter where the text begins with one and no free text was asked for. A number
    after it that is no task's number counts as words."""
    letter = reply_codes.read(said.text)
    if letter is None or (
        letter.number is None and not letter.bare and _asked_for_words(said, letter)
    ):
        return None
    if letter.number is None or letter.bare or match.task_of_number(said, letter.number):
        return letter
    return (
        None
        if letter.number_first
        else replace(letter, number=None, rest=f"{letter.number} {letter.rest}")
    )


def _asked_for_words(said: Reply, letter: ReplyCode) -> bool:
    """Return whether the last question here asked what is different or what is missing, and this
    letter does not answer it."""
    found = _takes_words(said)
    return (
        bool(found) and found[0][0].kind in FOR_WORDS and match.meaning(found[0][0], letter) is None
    )


def _takes_words(said: Reply) -> Open:
    """Return the questions that free text answers, newest first: by phone those asked by phone, by
    mail those that the mail names."""
    if not said.in_chat and said.task_id is None:
        return []
    found = match.waiting_for(said)
    seen = [
        (ask, task)
        for ask, task in found
        if ask.kind in FOR_WORDS or (ask.kind == "question" and said.may_have_seen(ask.at))
    ]
    return [
        (ask, task)
        for ask, task in seen
        if said.task_id is not None or ask.channel == said.by.channel
    ]


def _note(said: Reply) -> Answered | None:
    """Handle N and T, offered by our notifications."""
    letter = reply_codes.read(said.text)
    if letter and letter.sign in prompts.NO and letter.bare:
        return _stop(said, letter)
    return offers.thank(said)


def _stop(said: Reply, letter: ReplyCode) -> Answered | None:
    """Cancel by N what was only acknowledged, where no open question could be meant."""
    named = match.task_of_number(said, letter.number) if letter.number else None
    task_id = named.id if named else said.task_id
    if match.waiting_for(said, letter.number) or (task_id is None and not said.in_chat):
        return None
    return offers.stop(said, task_id)


def _numbered(said: Reply) -> Answered | None:
    """Handle "12: …": text for that task, or the answer to its question."""
    found = reply_codes.numbered(said.text) if said.task_id is None else None
    if found is None:
        return None
    number, words = found
    task = match.task_of_number(said, number)
    if task is None:
        return (
            _not_found(said, number)
            if ":" in said.text[:9] and not reply_codes.like_task(words)
            else None
        )
    if reply_codes.wordless(words):
        answer_with(said, "say_what", task)
        return Answered.on(task)
    there = replace(said, task_id=task.id, text=words)
    return _words(there) or _on_named_task(there)


def _words(said: Reply) -> Answered | None:
    """Take free text as the answer to the last question: what is different, what is missing, or the
    only open question."""
    found = _takes_words(said)
    if not found or reply_codes.wordless(said.text) or _wrong_letter(said, found[0][0]):
        return None
    if found[0][0].kind in FOR_WORDS:
        return actions.words(said, *found[0], said.text)
    questions = match.only_question(said)
    if said.task_id is None and reply_codes.like_task(said.text):
        return None
    if len(questions) > 1:
        return _which(said, questions, None)
    return actions.words(said, *questions[0], said.text)


def _wrong_letter(said: Reply, ask: Prompt) -> bool:
    """Ask back where a letter or digit was not offered, instead of taking it as free text."""
    letter = reply_codes.read(said.text)
    return (
        said.in_chat
        and letter is not None
        and letter.bare
        and (bool(ask.letters) or ask.kind in FOR_WORDS)
    )


def _on_named_task(said: Reply) -> Answered | None:
    """Pass text on a named task to those who work on it; mention a question that still needs a
    letter."""
    if said.task_id is None:
        return None
    task = find(said.task_id)
    return actions.carefully(said, task, lambda: _pass_on(said, task))


def _pass_on(said: Reply, task: Task) -> None:
    actions.pass_on(said, task, said.text)
    waiting = next((ask for ask, _task in match.waiting_for(said) if ask.letters), None)
    if waiting:
        answer_with(said, "passed_on_waits", task, letters=_letters(waiting, said))
    elif said.in_chat:
        answer_with(said, "passed_on", task)


def _like_an_answer(said: Reply) -> Answered | None:
    """Ask back where a text looks like an answer and answers nothing; it never becomes a task."""
    letter = reply_codes.read(said.text)
    waiting = [
        (ask, task)
        for ask, task in match.waiting_for(said, letter.number if letter else None)
        if ask.kind not in FOR_WORDS or ask.letters
    ]
    here = [(ask, task) for ask, task in waiting if ask.channel == said.by.channel]
    if (here and _short_words(said.text)) or (waiting and _begins_like_letter(said.text, letter)):
        return _unread(said, here or waiting)
    if (letter and letter.bare) or reply_codes.wordless(said.text) or reply_codes.thanks(said.text):
        return _nothing_waits(said, letter)
    return None


def _short_words(text: str) -> bool:
    """Return whether the text has at most three words and is no order."""
    return (
        len(text.split()) <= 3
        and len(text) <= reply_codes.MAX_CODE_TEXT
        and not reply_codes.ORDER.match(text.strip())
    )


def _begins_like_letter(text: str, letter: ReplyCode | None) -> bool:
    """Return whether the text is a letter alone, a yes or no with too many words after it, or has
    no words at all."""
    if letter is None:
        return reply_codes.wordless(text)
    return letter.bare or (
        letter.sign in reply_codes.KNOWN and not reply_codes.ORDER.match(letter.rest)
    )


def _unread(said: Reply, waiting: Open) -> Answered:
    ask, task = waiting[0]
    answer_with(
        said,
        "unread" if ask.letters else "unread_words",
        task,
        words=said.text.strip()[:20],
        letters=_letters(ask, said),
    )
    return Answered.on(task)


def _nothing_waits(said: Reply, letter: ReplyCode | None) -> Answered:
    """Try the text as an answer to the assistant's last message; else say that nothing is open."""
    last = offers.last_to(said)
    if (
        last
        and last.template == "said"
        and last.task_id
        and (letter is None or letter.number is None)
    ):
        return _on_named_task(replace(said, task_id=last.task_id)) or ABOUT_NO_TASK
    task = match.task_of_number(said, letter.number) if letter and letter.number else None
    key = (
        "nothing_waits_on"
        if task
        else "welcome"
        if reply_codes.thanks(said.text)
        else "nothing_waits"
    )
    answer_with(said, key, task)
    return Answered.on(task) if task else ABOUT_NO_TASK


def _letters(ask: Prompt, said: Reply) -> str:
    return wording.language(said.person.language).letters.between.join(ask.letters)


def _which(said: Reply, found: Open, token: str | None) -> Answered:
    numbers = ", ".join(str(task.number) for _ask, task in found)
    number = found[0][1].number
    answer_with(
        said, "which", numbers=numbers, example=f"{token} {number}" if token else f"{number}: ..."
    )
    return ABOUT_NO_TASK


def _not_found(said: Reply, number: int) -> Answered:
    answer_with(said, "not_found", number=number)
    return ABOUT_NO_TASK


# The decision table: the first row that applies decides.
READINGS = (
    Reading("a tap on a message of ours", _phone_reaction, in_chat_only=True),
    Reading("a command: STOP, STATUS, CANCEL …", _command, in_chat_only=True),
    Reading("a letter that an open prompt offered", _letter),
    Reading("N or T after a note of ours", _note),
    Reading("a text that names a task", _numbered, in_chat_only=True),
    Reading("words that were asked for", _words),
    Reading("words on the task that is named", _on_named_task),
    Reading("what looks like an answer to nothing", _like_an_answer, in_chat_only=True),
)
