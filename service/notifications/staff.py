"""Notifications to assistants and operators: event handlers of `core/event_handlers.py` that send
mail in the reader's language."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from service.core import channels
from service.messages import prompts
from service.outbound import compose
from service.tasks import acceptance, delivery, questions, review, understanding
from service.tasks.events import Event
from service.tasks.task import Task, find
from tenants import membership
from tenants.isolation import db
from tenants.people import Person


def tell_assistant_assigned(event: Event) -> None:
    """Notify the assistant that an operator assigned them a task."""
    prompts.close_prompts(event.task_id or 0, "retelling", "correction")
    note_holder(event, _l("Task assigned to you"))


def tell_assistant_corrected(event: Event) -> None:
    """Notify the assistant that the client corrected the retelling."""
    retelling = db.session.get_one(understanding.Retelling, event.facts["retelling"])
    prompts.close_prompts(event.task_id or 0, "retelling", "correction", subject_id=retelling.id)
    note_holder(event, _l("Client corrected your retelling"), retelling.correction or "")


def tell_assistant_started(event: Event) -> None:
    """Notify the assistant that the client confirmed and the work may begin."""
    note_holder(event, _l("Client confirmed, you can start"))


def tell_assistant_answered(event: Event) -> None:
    """Notify the assistant of the answer to their question."""
    question = db.session.get_one(questions.Question, event.facts["question"])
    prompts.close_prompts(question.task_id, "question", subject_id=question.id)
    note_holder(event, _l("Client answered your question"), question.answer or "")


def tell_assistant_changed(event: Event) -> None:
    """Notify the assistant at once of a change of date, priority or plans."""
    note_holder(
        event, _l("Client changed the parameters"), ", ".join(event.facts.get("changed", []))
    )


def remind_assistant_red_line(event: Event) -> None:
    """Remind the assistant to report: half of the term has passed."""
    note_holder(event, _l("Red line reached: report progress"))


def tell_assistant_rework(event: Event) -> None:
    """Notify the assistant of rework, with what is missing."""
    said = db.session.get_one(acceptance.Acceptance, event.facts["acceptance"])
    prompts.close_prompts(said.task_id, *prompts.JUDGING, subject_id=said.delivery_id)
    note_holder(event, _l("Client asks for rework"), said.comment)


def tell_assistant_accepted(event: Event) -> None:
    """Notify the assistant of the acceptance, the score first; where nobody gave one, the share of
    the criteria that was met."""
    prompts.close_prompts(event.task_id or 0)
    score, met = event.facts.get("score"), event.facts.get("met", "")
    note_holder(
        event,
        _l("Accepted, %(share)s %% of the criteria met", share=met)
        if score is None
        else _l("Accepted with %(score)s %%", score=score),
    )


def tell_assistant_cancelled(event: Event) -> None:
    """Notify the assistant that the task was cancelled."""
    note_holder(event, _l("Task cancelled"), find(event.task_id or 0).reason)


def tell_assistant_praise(event: Event) -> None:
    """Notify the assistant of a client's praise."""
    note_holder(
        event,
        _l("Client thanks you"),
        db.session.get_one(review.Praise, event.facts["praise"]).text,
    )


def tell_desk_given_back(event: Event) -> None:
    """Notify the operators that a task is back in the queue; the board lists late tasks first."""
    prompts.close_prompts(event.task_id or 0, "retelling", "correction")
    note_desk(find(event.task_id or 0), _l("Task returned to the queue"))


def tell_desk_red_line(event: Event) -> None:
    """Notify the operators of a missed red line report, while there is still time to act."""
    note_desk(find(event.task_id or 0), _l("No red line report"))


def tell_desk_disputed(event: Event) -> None:
    """Notify the operators of a dispute."""
    prompts.close_prompts(event.task_id or 0, *prompts.JUDGING)
    note_desk(find(event.task_id or 0), _l("Delivery disputed"))


def tell_desk_silence_ended(event: Event) -> None:
    """Notify the operators that nobody replied to a delivery under 80 %: an operator decides, if
    the client does not."""
    note_desk(
        find(event.task_id or 0),
        _l("No reply, under %(share)s %%: decide", share=delivery.SUCCESS),
    )


def tell_desk_undecided(event: Event) -> None:
    """Notify the operators that a task was cancelled with its delivery in doubt and needs a
    price."""
    if event.facts.get("agreed"):
        note_desk(find(event.task_id or 0), _l("Cancelled task: decide its price"))


def note_holder(event: Event, what: LazyString, words: str = "") -> None:
    """Send a note to the task's assignee, in their language."""
    task = find(event.task_id or 0)
    if task.holder_id and membership.is_staff(task.holder_id):
        _note(db.session.get_one(Person, task.holder_id), task, "work_note", what, words)


def note_desk(task: Task, what: LazyString) -> None:
    """Send a note about the task to supervisors and operators."""
    for person in membership.desk_people():
        _note(person, task, "desk_note", what, "")


def _note(person: Person, task: Task, template: str, what: LazyString, words: str) -> None:
    with force_locale(person.language):
        compose.notify(
            person,
            template,
            task,
            channel=channels.fallback().code,
            what=str(what),
            words=words,
        )
