"""Triage, first version: the category with how sure it is, and the deadline out of the
text."""

from __future__ import annotations

from service.core.config import settings
from service.core.time import now
from service.nlu.classifier import Guess, classify
from service.nlu.deadlines import deadline_in
from service.tasks import analysis
from service.tasks.task import Task
from tenants.isolation import db
from tenants.people import Person


def triage(task: Task) -> None:
    """Sort a new task in: sure enough goes to the queue, the rest to the operator's list."""
    person = db.session.get_one(Person, task.person_id)
    guess = guess_of(task.title, task.text)
    deadline = deadline_in(task.text, person.tz, task.created_at)
    if deadline is not None and deadline <= now():
        deadline = None
    sure = task.category is not None or guess.confidence >= settings().sure_from
    analysis.apply_triage(
        task, guess.category, 1.0 if task.category else guess.confidence, deadline, sure=sure
    )


def guess_of(title: str, text: str) -> Guess:
    """The category of a task's words."""
    return classify(text if title and text.startswith(title[:40]) else f"{title}\n{text}")
