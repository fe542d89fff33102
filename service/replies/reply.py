"""A reply of a known person, and short answers to it by the channel that it came through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.core import channels
from service.core.actor import Actor
from service.core.errors import DomainError
from service.inbound.inbound_message import Inbound
from service.messages.wording import saying
from service.outbound import compose
from service.tasks.task import Task
from tenants.people import Person


@dataclass
class Reply:
    """A text or mail of a known person. `task_id` and `message_id` are set where the answer address
    or a reference names them."""

    person: Person
    by: Actor
    company_id: int
    text: str
    inbound: Inbound
    task_id: int | None = None
    message_id: int | None = None

    @property
    def in_chat(self) -> bool:
        """Whether it is one of many short messages, as texts for the phone are."""
        return channels.is_chat(self.by.channel)

    def may_have_seen(self, asked_at: datetime) -> bool:
        """Return whether a question of this time was asked before the reply was written: nobody
        agrees to what they have not read."""
        return asked_at <= self.inbound.received_at


def answer_with(said: Reply, saying_name: str, task: Task | None = None, **facts: object) -> None:
    """Send one of the short answers, in the sender's language."""
    answer_back(
        said,
        saying(
            saying_name, said.person.language, **{"number": task.number if task else "", **facts}
        ),
        task,
    )


def answer_back(said: Reply, words: str, task: Task | None = None) -> None:
    """Send a text back to the sender."""
    compose.notify(
        said.person,
        "reply",
        task,
        channel=said.by.channel if channels.reaches_people(said.by.channel) else None,
        words=words,
        subject=f"{task.number}: {task.title}" if task else "Poruchi",
        reply_to=channels.channel(said.inbound.channel).reply_to(said.inbound),
    )


def refused(said: Reply, error: DomainError, task: Task) -> None:
    """Say why it cannot be done, with the number of the task."""
    number = str(task.number)
    answer_back(said, error.detail if number in error.detail else f"{number}: {error.detail}", task)
