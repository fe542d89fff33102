"""Actions of a reply: confirm, correct, accept, send back, answer. Each calls one step of the
task."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from service.core.errors import Conflict, DomainError
from service.core.money import Money
from service.messages import message, prompts, wording
from service.messages.prompts import Prompt
from service.messages.wording import saying
from service.outbound import compose
from service.replies import match
from service.replies.outcome import Answered
from service.replies.reply import Reply, answer_with, refused
from service.replies.reply_codes import ReplyCode
from service.tasks import acceptance, delivery, questions, understanding
from service.tasks.task import Task
from tenants.company import Company
from tenants.isolation import db


def carefully(said: Reply, task: Task, what: Callable[[], None]) -> Answered:
    """Run the action; where the task is in another state by now, answer with the reason."""
    try:
        with db.session.begin_nested():
            what()
    except DomainError as error:
        refused(said, error, task)
    return Answered.on(task)


def letter(said: Reply, ask: Prompt, task: Task, read: ReplyCode) -> Answered:
    """Apply the letter to this open question."""
    says = match.meaning(ask, read) or ""

    def answer_what_was_seen() -> None:
        if not said.may_have_seen(ask.at):
            raise Conflict(_("There is a newer question. Read it first."))
        BY_KIND[ask.kind](said, ask, task, says, read.rest)

    return carefully(said, task, answer_what_was_seen)


def words(said: Reply, ask: Prompt, task: Task, text: str) -> Answered:
    """Take free text as the answer to "what is different?", "what is missing?" or a question."""
    return carefully(said, task, lambda: WORDS[ask.kind](said, ask, task, text))


def pass_on(said: Reply, task: Task, text: str) -> None:
    """Pass text on to those who work on the task."""
    message.say(task, said.by, text, inbound_id=said.inbound.id)


def _retelling(said: Reply, ask: Prompt, task: Task, says: str, rest: str) -> None:
    if says == "no":
        return (
            correct(said, ask, task, rest)
            if len(rest) > 2
            else _ask_for_words(said, ask, task, "correction", "what_differs")
        )
    understanding.confirm(task, said.by, ask.subject_id, proposal=says == "b")
    prompts.close_prompts(task.id, "retelling", "correction")
    if rest:
        pass_on(said, task, rest)


def _question(said: Reply, ask: Prompt, task: Task, says: str, rest: str) -> None:
    if says == "words":
        return answer(
            said, ask, task, said.text if said.task_id else _without_number(said.text, task)
        )
    option = match.options_of(ask)[int(says)]
    answer(said, ask, task, f"{option}. {rest}" if rest else option, quietly=True)


def _delivery(said: Reply, ask: Prompt, task: Task, says: str, rest: str) -> None:
    if says == "2":
        return rework(said, ask, task, rest) if len(rest) > 2 else _offer_ways(said, ask, task)
    if _share(ask) < delivery.SUCCESS and ask.kind == "delivery":
        return _ask_whether_all_the_same(said, ask, task)
    acceptance.accept(task, said.by)
    prompts.close_prompts(task.id)
    if rest:
        pass_on(said, task, rest)
    _say_accepted(said, task)


def _way(said: Reply, ask: Prompt, task: Task, says: str, rest: str) -> None:
    """Apply the letter chosen for a delivery that is not accepted as it is."""
    if says in ("1", "2"):
        return _delivery(said, ask, task, says, rest)
    if says == "rework":
        return (
            rework(said, ask, task, rest)
            if len(rest) > 2
            else _ask_for_words(said, ask, task, "rework", "what_lacks")
        )
    acceptance.accept(task, said.by, _share(ask) if says == "settle" else None, rest, says)
    prompts.close_prompts(task.id)
    if says == "settle":
        _say_accepted(said, task)
    else:
        answer_with(said, "disputed", task)


def _share(ask: Prompt) -> int:
    return db.session.get_one(delivery.Delivery, ask.subject_id).met_share


def _offer_ways(said: Reply, ask: Prompt, task: Task) -> None:
    """Answer a 2 without further text with the choices: rework, a reduced price where less than 80
    % was met, or an operator, each with its letter."""
    share, language = _share(ask), said.person.language
    below = share < delivery.SUCCESS
    options = wording.language(language).letters.options
    _ask_letters(said, ask, task, "rework", options[: 3 if below else 2])
    ways = saying(
        "part_or_operator" if below else "or_operator",
        language,
        share=share,
        part=_part(task, share, language),
    )
    answer_with(said, "not_quite", task, ways=ways)


def _ask_whether_all_the_same(said: Reply, ask: Prompt, task: Task) -> None:
    """Ask once for confirmation where a delivery under 80 % is accepted, with what each answer
    costs."""
    share, language = _share(ask), said.person.language
    options = wording.language(language).letters.options
    _ask_letters(said, ask, task, "accept", f"1{options[:3]}")
    answer_with(
        said,
        "accept_all_the_same",
        task,
        share=share,
        part=_part(task, share, language),
        price=compose.money(task.price or 0, task.currency, language),
    )


def _part(task: Task, share: int, language: str) -> str:
    return Money(task.price or 0, task.currency).share(share).words(language)


def _ask_letters(said: Reply, ask: Prompt, task: Task, kind: str, letters: str) -> None:
    prompts.open_prompt(task, said.person.id, kind, ask.subject_id, said.by.channel, list(letters))


def correct(said: Reply, ask: Prompt, task: Task, why: str) -> None:
    """Correct the retelling with what is different."""
    understanding.correct(task, said.by, ask.subject_id, why)
    prompts.close_prompts(task.id, "retelling", "correction")
    answer_with(said, "corrected", task)


def rework(said: Reply, ask: Prompt, task: Task, lacks: str) -> None:
    """Send the delivery back with what is missing."""
    acceptance.accept(task, said.by, comment=lacks, then="rework")
    prompts.close_prompts(task.id, *prompts.JUDGING)
    answer_with(said, "reworking", task)


def answer(said: Reply, ask: Prompt, task: Task, text: str, *, quietly: bool = False) -> None:
    """Answer the question. A reply by letter needs no confirmation; after free text we say how it
    was understood."""
    questions.answer(task, said.by, ask.subject_id, text.strip())
    prompts.close_prompts(task.id, "question", subject_id=ask.subject_id)
    if said.in_chat and not quietly:
        answer_with(said, "taken", task)


def _ask_for_words(said: Reply, ask: Prompt, task: Task, kind: str, question: str) -> None:
    _ask_letters(said, ask, task, kind, "")
    answer_with(said, question, task)


def _say_accepted(said: Reply, task: Task) -> None:
    """Confirm the acceptance by the channel of the reply, with the price; where a card is saved the
    payment's receipt does that."""
    company = db.session.get_one(Company, task.company_id)
    if company.stripe_method and task.price and task.channel == said.by.channel:
        return
    compose.notify(said.person, "accepted", task, channel=said.by.channel)


def _without_number(text: str, task: Task) -> str:
    bare = text.strip().lstrip("#")
    number = str(task.number)
    if bare.startswith(number):
        return bare.removeprefix(number).strip(" :,.-")
    return bare.removesuffix(number).strip(" #") or bare


BY_KIND: dict[str, Callable[[Reply, Prompt, Task, str, str], None]] = {
    "retelling": _retelling,
    "question": _question,
    "delivery": _delivery,
    "rework": _way,
    "accept": _way,
}
WORDS: dict[str, Callable[[Reply, Prompt, Task, str], None]] = {
    "correction": correct,
    "rework": rework,
    "question": answer,
}
