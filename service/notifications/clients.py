"""Notifications to clients, and messages passed between client and assistant: event handlers that
write messages. Each is named in `core/event_handlers.py` and does one thing."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l

from service.catalogue.categories import category
from service.core.actor import CLIENT
from service.core.event_kinds import EventKind
from service.core.outbox_run import TooEarly
from service.core.text import cut, ended
from service.core.time import now
from service.messages import prompts, wording
from service.messages.message import Message
from service.messages.wording import saying
from service.notifications.recipients import channel_of, recipient_of
from service.notifications.staff import note_desk, note_holder
from service.outbound import compose
from service.tasks import acceptance, left_out, limits, questions, red_line, understanding
from service.tasks import delivery as delivery_step
from service.tasks.events import Event
from service.tasks.states import TRANSITIONS
from service.tasks.task import UNDER_WAY, Task
from service.tasks.task_state import TaskState
from tenants import membership
from tenants.isolation import db
from tenants.people import Person

# Whoever waits longer for triage is told that the task has come, and no more.
SORTED_WITHIN = timedelta(seconds=30)
# So many characters of an option are shown where a channel sets no bound.
MAX_OPTION = 1000


def acknowledge(event: Event) -> None:
    """Acknowledge a task with its number at once; with category, price and date only once it is in
    the queue. Raises TooEarly while triage is running, so that the message does not depend on which
    worker is faster."""
    task, person = recipient_of(event)
    if task.state == TaskState.RECEIVED and now() - event.at < SORTED_WITHIN:
        raise TooEarly("The task is being sorted in.", timedelta(seconds=1))
    guess = ""
    if task.category and task.state in UNDER_WAY and task.deadline_at:
        guess = saying(
            "guess",
            person.language,
            kind=category(task.category).name(person.language),
            price=compose.money(task.price or 0, task.currency, person.language),
            deadline=compose.day(task.deadline_at, person.tz, person.language),
        )
    compose.notify(person, "acknowledge", task, guess=guess, reply_to=None)


def tell_client_refused(event: Event) -> None:
    """Notify the client that the task was declined, with the reason."""
    _plain(event, "refused")


def tell_client_deleted(event: Event) -> None:
    """Notify the client that the task was dropped, with the reason."""
    _plain(event, "deleted")


def tell_client_done(event: Event) -> None:
    """Notify the client that the task was done at once."""
    _plain(event, "done_at_once")


def _plain(event: Event, template: str) -> None:
    task, person = recipient_of(event)
    if task.state == TRANSITIONS[EventKind(event.kind)].target:  # else it was taken back
        prompts.close_prompts(task.id)
        compose.notify(person, template, task, reason=ended(task.reason))


def ask_client_to_confirm(event: Event) -> None:
    """Ask the client to confirm the retelling (step 5) with its price and date, and say how to
    answer with one letter. A newer retelling sends its own request."""
    task, person = recipient_of(event)
    retelling = understanding.last_retelling(task)
    if (
        task.state != TaskState.RETOLD
        or retelling is None
        or retelling.id != event.facts["retelling"]
    ):
        return None
    past = _past(limits.standing(task.company_id), task, retelling)
    if past and membership.role_of(person.id, task.company_id) == "owner":
        return _ask_owner(task, retelling, person, past)
    _ask_to_confirm(task, person, retelling, "confirm")


def ask_owners(event: Event) -> None:
    """Ask the owners about a retelling that exceeds a limit: each owner once, by their own channel.
    Other retellings may now exceed the limit as well, because the confirmed task has used it up."""
    company_id = event.company_id or 0
    db.session.execute(limits.ONE_BY_ONE, {"company": company_id})
    stands, owners = limits.standing(company_id), membership.owners(company_id)
    for task, retelling in understanding.waiting(company_id) if stands else []:
        past = _past(stands, task, retelling)
        for owner in (
            owners if past and task.person_id not in {owner.id for owner in owners} else []
        ):
            if past and not prompts.was_prompted(owner.id, "retelling", task.id, retelling.id):
                _ask_owner(task, retelling, owner, past)


def _past(
    stands: limits.Standing | None, task: Task, retelling: understanding.Retelling
) -> limits.Past | None:
    """Return the limit that the retelling exceeds; where it offers two options, the one as
    requested is checked first."""
    prices = [retelling.price, *([retelling.proposal_price or 0] if retelling.proposal else [])]
    return next((past for price in prices if stands and (past := stands.past(task, price))), None)


def _ask_owner(
    task: Task, retelling: understanding.Retelling, owner: Person, past: limits.Past
) -> None:
    with force_locale(owner.language):
        _ask_to_confirm(
            task,
            owner,
            retelling,
            "limit",
            limit=past.why,
            who=db.session.get_one(Person, task.person_id).first_name,
        )


def _ask_to_confirm(
    task: Task, person: Person, retelling: understanding.Retelling, template: str, **more: str
) -> None:
    two = retelling.proposal is not None
    letters = wording.language(person.language).letters
    facts = {
        "retelling": retelling.text,
        "plan": retelling.plan,
        "proposal": retelling.proposal or "",
        "points": compose.points(retelling.differences, person.language),
        "price": compose.money(retelling.price, task.currency, person.language),
        "proposal_price": compose.money(
            retelling.proposal_price or 0, task.currency, person.language
        ),
        "proposal_deadline": compose.day(
            retelling.proposal_deadline_at, person.tz, person.language
        ),
    }
    _ask(
        task,
        person,
        "retelling",
        retelling.id,
        list(letters.options[:2]) if two else [letters.yes, letters.no],
        f"{template}_ways" if two else template,
        **facts,
        **more,
    )


def ask_client_question(event: Event) -> None:
    """Send the client a question with its options, one letter each."""
    task, person = recipient_of(event)
    question = db.session.get_one(questions.Question, event.facts["question"])
    if question.answered_at is not None:
        return
    letters = list(wording.language(person.language).letters.options[: len(question.options)])
    limits_there = compose.reached_by(person, task).limits
    options, shortened = _options(question, letters, limits_there.options)
    offered = saying("options_reply", person.language, options=options) if options else ""
    _ask(
        task,
        person,
        "question",
        question.id,
        letters,
        "question",
        question=question.text,
        options=offered,
        shortened=shortened,
    )


def _options(
    question: questions.Question, letters: list[str], all_of_them: int | None
) -> tuple[str, str]:
    """Return the options with their letters. By phone each keeps its letter and is shortened, and
    the text says so."""
    most = all_of_them // max(len(letters), 1) if all_of_them else MAX_OPTION
    short = [cut(" ".join(option.split()), most) for option in question.options]
    shortened = "yes" if any(len(option) > most for option in question.options) else ""
    return (
        ", ".join(f"{letter} {option}" for letter, option in zip(letters, short, strict=True)),
        shortened,
    )


def ask_client_to_accept(event: Event) -> None:
    """Ask the client to accept the delivery (step 7): reply 1 or 2; no reply by the agreed day
    counts as acceptance."""
    _delivered(event, "deliver")


def remind_client_to_accept(event: Event) -> None:
    """Remind the client before no reply counts as acceptance."""
    _delivered(event, "accept_notice")


def _delivered(event: Event, template: str) -> None:
    task, person = recipient_of(event)
    delivery = delivery_step.last_delivery(task)
    if task.state != TaskState.DELIVERED or task.disputed_at or delivery is None:
        return
    most = compose.reached_by(person, task).limits.delivery
    ends = compose.day(delivery_step.accepted_by_default_at(task), person.tz, person.language)
    _ask(
        task,
        person,
        "delivery",
        delivery.id,
        ["1", "2"],
        template,
        delivery=cut(delivery.text, most),
        unanswered=unanswered(delivery.met_share, ends, person.language),
    )


def unanswered(share: int, ends: str, language: str) -> str:
    """Return what no reply by the day `ends` means for a delivery that met `share` percent of its
    criteria."""
    key = "counts_as_yes" if share >= delivery_step.SUCCESS else "operator_decides"
    return saying(key, language, silence=ends, share=share)


def _ask(
    task: Task,
    person: Person,
    kind: str,
    subject_id: int,
    letters: list[str],
    template: str,
    **facts: str,
) -> None:
    message = compose.notify(person, template, task, **facts)
    ask = prompts.open_prompt(
        task, person.id, kind, subject_id, message.channel if message else "web", letters
    )
    ask.message_id = message.id if message else None


def tell_client_started(event: Event) -> None:
    """Notify the client that work has started; nothing to do until the red line."""
    task, person = recipient_of(event)
    prompts.close_prompts(task.id, "retelling", "correction")
    compose.notify(person, "started", task, channel=channel_of(event, person))


def tell_client_red_line(event: Event) -> None:
    """Notify the client of the progress: what may still be changed, and at which price, depends on
    whether half of the term has passed."""
    task, person = recipient_of(event)
    report = db.session.get_one(red_line.Report, event.facts["report"])
    come = task.red_line_at is None or task.red_line_at <= event.at
    compose.notify(
        person,
        "red_line" if come else "progress",
        task,
        progress=report.progress,
        help=report.help,
        holds=saying("holds" if report.on_time else "slips", person.language),
    )


def tell_client_late(event: Event) -> None:
    """Notify the client that the task is late, and what we do about it."""
    task, person = recipient_of(event)
    if task.state in (
        TaskState.QUEUED,
        TaskState.ASSIGNED,
        TaskState.BRIEFED,
        TaskState.RETOLD,
        TaskState.WORKING,
    ):
        compose.notify(person, "late", task)
    note_desk(task, _l("Deadline passed"))


def tell_client_resolved(event: Event) -> None:
    """Notify the client of the operator's decision; for a cancelled task also of its price."""
    task, person = recipient_of(event)
    said = acceptance.last_acceptance(task)
    stopped = "price" in event.facts
    told = (
        said.comment
        if said and (stopped or event.facts.get("outcome") != "cancel")
        else task.reason
    )
    charged = _charged(event.facts["price"], task, person) if stopped else ""
    compose.notify(person, "resolved", task, reason=ended(told), charged=charged)


def _charged(price: int, task: Task, person: Person) -> str:
    sum_ = compose.money(price, task.currency, person.language)
    return saying("charged" if price else "free", person.language, price=sum_)


def tell_client_cancelled(event: Event) -> None:
    """Notify the client that the task is cancelled, and what was charged for the work done, or that
    an operator decides on it."""
    task, person = recipient_of(event)
    prompts.close_prompts(task.id)
    charged = _charged(int(event.facts.get("price", 0)), task, person)
    if agreed := event.facts.get("agreed"):
        sum_ = compose.money(agreed, task.currency, person.language)
        charged = saying("decides", person.language, price=sum_)
    why = f"{ended(task.reason)} " if task.reason and event.by_kind != CLIENT else ""
    compose.notify(
        person, "cancelled", task, channel=channel_of(event, person), charged=charged, why=why
    )


def tell_client_left_out(event: Event) -> None:
    """Notify the sender, by the channel of the message, of files that could not be stored."""
    task, person = recipient_of(event)
    if event.by_kind == CLIENT and event.by_id is not None:
        person = db.session.get_one(Person, event.by_id)
    with force_locale(person.language):
        words = left_out.lines(event)
    compose.notify(
        person, "left_out", task, channel=channel_of(event, person), words="\n".join(words)
    )


def pass_on(event: Event) -> None:
    """Pass a message of one side on to the other, by the channel that they use."""
    task, person = recipient_of(event)
    message = db.session.get_one(Message, event.facts["message"])
    author = db.session.get(Person, message.author_id) if message.author_id else None
    if event.facts["to"] == "client":
        compose.notify(
            person,
            "said",
            task,
            name=author.first_name if author else "Poruchi",
            words=message.text,
        )
    else:
        note_holder(event, _l("Client wrote"), message.text)
