"""Letters that our notifications offer without an open question: N cancels a task that was only
acknowledged, T says thanks for an accepted one."""

from __future__ import annotations

import re

from sqlalchemy import select

from service.core.time import now
from service.messages.message import Message
from service.nlu import deadlines
from service.replies import actions, reply_codes
from service.replies.outcome import Answered
from service.replies.reply import Reply, answer_with
from service.tasks import cancelling, review
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from tenants import membership
from tenants.isolation import db
from tenants.people import Person

STOPPABLE = (
    TaskState.RECEIVED,
    TaskState.TRIAGE,
    TaskState.QUEUED,
    TaskState.ASSIGNED,
    TaskState.BRIEFED,
)
OFFER_THANKS = ("receipt", "accepted")  # templates
# T for thanks, С for спасибо; on a phone the letters of the two alphabets look alike.
THANKS = re.compile(r"^\s*[tтсc][\s,.:;!-]+(\S.*)$", re.IGNORECASE | re.DOTALL)


def last_to(said: Reply, *templates: str, task_id: int | None = None) -> Message | None:
    """Return the newest message to this person by this channel, optionally only of these templates
    or about this task."""
    wanted = select(Message).where(
        Message.to_id == said.person.id,
        Message.direction == "out",
        Message.channel == said.by.channel,
    )
    if templates:
        wanted = wanted.where(Message.template.in_(templates))
    if task_id is not None:
        wanted = wanted.where(Message.task_id == task_id)
    return db.session.scalar(wanted.order_by(Message.id.desc()).limit(1))


def stop(said: Reply, task_id: int | None) -> Answered | None:
    """Cancel the task whose acknowledgement offered it; where no task is named, the one
    acknowledged last, unless a question was asked since."""
    offer = (
        last_to(said, "acknowledge", task_id=task_id)
        if task_id
        else last_to(said, "acknowledge", "said")
    )
    task = _task_of(offer) if offer and offer.template == "acknowledge" else None
    if task is None or task.state not in STOPPABLE:
        return None
    return actions.carefully(said, task, lambda: _cancel(said, task))


def thank(said: Reply) -> Answered | None:
    """Pass thanks on to the assistant while the message that offered it is the last one sent; in
    doubt the text is a new task."""
    match = THANKS.match(said.text)
    words = match[1] if match else said.text if reply_codes.thanks(said.text) else ""
    task = _task_of(_offer_of_thanks(said)) if words else None
    if (
        task is None
        or task.state != TaskState.ACCEPTED
        or (said.task_id is None and _like_task(said, words))
    ):
        return None
    return actions.carefully(said, task, lambda: _praise(said, task, words))


def _offer_of_thanks(said: Reply) -> Message | None:
    if said.task_id is not None:
        return last_to(said, *OFFER_THANKS, task_id=said.task_id)
    last = last_to(said) if said.in_chat else None
    return last if last and last.template in OFFER_THANKS else None


def _task_of(message: Message | None) -> Task | None:
    if message is None or message.task_id is None:
        return None
    task = db.session.get(Task, message.task_id)
    return task if task and membership.belongs(message.to_id or 0, task.company_id) else None


def _cancel(said: Reply, task: Task) -> None:
    cancelling.cancel(task, said.by)


def _praise(said: Reply, task: Task, words: str) -> None:
    review.praise(task, said.by, words[:2000])
    holder = db.session.get(Person, task.holder_id) if task.holder_id else None
    answer_with(said, "thanked", task, name=holder.first_name if holder else "Poruchi")


def _like_task(said: Reply, words: str) -> bool:
    """Return whether the words contain a day or an order, which suggests a new task."""
    dated = (
        deadlines.deadline_in(words, said.person.tz, now())
        or deadlines.WEEKDAY.search(words)
        or deadlines.DAY_MONTH.search(words)
    )
    return bool(
        dated
        or reply_codes.like_task(words)
        or reply_codes.ORDER.match(words)
        or reply_codes.IMPERATIVE.search(words)
    )
