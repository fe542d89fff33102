"""A task with everything on it, for operators; and tasks entered for clients who call."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms
from service.core.errors import DomainError, InvalidInput
from service.messages import message_lists as channel_lists
from service.tasks import (
    acceptance,
    assignment,
    cancelling,
    delivery,
    parameters,
    submission,
    workload,
)
from service.tasks.submission import DeliveryKey, TaskRequest
from service.tasks.task import Task, find
from service.tasks.task_state import TaskState
from service.web.assistant import ask_client, write_to_client
from service.web.client import steps
from service.web.client.task import download
from service.web.operator.blueprint import pages, requires_desk
from service.web.task_view import view_of
from tenants import addresses
from tenants.isolation import db


def page(task_id: int, refusal: DomainError | None = None) -> ResponseReturnValue:
    """Return the operator's page of the task."""
    if refusal is not None:
        db.session.rollback()
    task = find(task_id)
    errors = refusal.at() if refusal else {}
    return render_template(
        "operator/task.html",
        it=view_of(task, auth.me(), forms.before()),
        task=task,
        errors=errors,
        values=forms.typed(refusal),
        left=forms.unsent(refusal),
        loads=workload.loads(task.category),
        sent=channel_lists.outgoing_of(task.id),
        cancel_price=cancelling.price_now(task),
        cancel_open=cancelling.undecided(task),
        phones=addresses.phones(filter(None, (task.person_id, task.holder_id))),
        silence=delivery.accepted_by_default_at(task)
        if task.state == TaskState.DELIVERED
        else None,
    ), refusal.status if refusal else 200


def step(task_id: int, act: Callable[[Task], object]) -> ResponseReturnValue:
    """Run one step and redirect to the task."""
    try:
        act(find(task_id))
        return redirect(f"/desk/tasks/{task_id}", 303)
    except DomainError as error:
        return page(task_id, error)


@pages.get("/desk/tasks/<int:task_id>")
@requires_desk
def task(task_id: int) -> ResponseReturnValue:
    """Show everything on a task."""
    return page(task_id)


@pages.post("/desk/tasks/<int:task_id>/assignment")
@requires_desk
def assign(task_id: int) -> ResponseReturnValue:
    """Assign the task to an assistant."""
    return step(
        task_id, lambda task: assignment.assign(task, auth.me(), forms.whole("assistant") or 0)
    )


@pages.post("/desk/tasks/<int:task_id>/return")
@requires_desk
def give_back(task_id: int) -> ResponseReturnValue:
    """Put the task back into the queue."""
    return step(
        task_id,
        forms.errors_at({"reason": "return-reason"})(
            lambda task: assignment.give_back(task, auth.me(), forms.words("reason"))
        ),
    )


@pages.post("/desk/tasks/<int:task_id>/understanding")
@requires_desk
def understand(task_id: int) -> ResponseReturnValue:
    """Confirm or correct the retelling for the client."""
    return step(task_id, steps.judge_retelling)


@pages.post("/desk/tasks/<int:task_id>/answers")
@requires_desk
def answer(task_id: int) -> ResponseReturnValue:
    """Answer a question for the client."""
    return step(task_id, steps.answer_question)


@pages.post("/desk/tasks/<int:task_id>/questions")
@requires_desk
def ask(task_id: int) -> ResponseReturnValue:
    """Ask the client."""
    return step(task_id, ask_client)


@pages.post("/desk/tasks/<int:task_id>/acceptance")
@requires_desk
def accept(task_id: int) -> ResponseReturnValue:
    """Accept the delivery for the client."""
    return step(task_id, steps.score_delivery)


@pages.post("/desk/tasks/<int:task_id>/resolution")
@requires_desk
def resolve(task_id: int) -> ResponseReturnValue:
    """Decide a dispute, a delivery without a reply, or the price of a cancelled task."""
    return step(
        task_id,
        forms.errors_at({"score": "decided-score"})(
            lambda task: acceptance.resolve(
                task,
                auth.me(),
                request.form.get("outcome", ""),
                forms.words("reason"),
                forms.whole("score"),
            )
        ),
    )


@pages.post("/desk/tasks/<int:task_id>/cancellation")
@requires_desk
def cancel(task_id: int) -> ResponseReturnValue:
    """Cancel the task."""
    return step(
        task_id,
        forms.errors_at({"reason": "cancel-reason"})(
            lambda task: cancelling.cancel(task, auth.me(), forms.words("reason"))
        ),
    )


@pages.post("/desk/tasks/<int:task_id>/parameters")
@requires_desk
def change(task_id: int) -> ResponseReturnValue:
    """Change the parameters."""
    return step(
        task_id, lambda task: parameters.change(task, auth.me(), steps.wanted_parameters(task))
    )


@pages.post("/desk/tasks/<int:task_id>/messages")
@requires_desk
def write(task_id: int) -> ResponseReturnValue:
    """Write to the client."""
    return step(task_id, write_to_client)


@pages.get("/desk/tasks/<int:task_id>/files/<int:file_id>")
@requires_desk
def file(task_id: int, file_id: int) -> ResponseReturnValue:
    """Send a file's bytes."""
    return download(find(task_id), file_id)


@pages.get("/desk/tasks/new")
@requires_desk
def new() -> ResponseReturnValue:
    """Show the form for a task given by phone."""
    return render_template("operator/new.html", values={}, errors={}, key=uuid.uuid4().hex)


@pages.post("/desk/tasks")
@requires_desk
def enter() -> ResponseReturnValue:
    """Enter a task that a client gave by phone; it is marked as such."""
    values = {
        name: forms.words(name, forms.MAX_TEXT if name == "text" else 321)
        for name in ("email", "text", "title", "category", "deadline_at")
    }
    try:
        made = _enter(values)
    except DomainError as error:
        db.session.rollback()
        errors = error.at()
        return render_template(
            "operator/new.html", values=values, errors=errors, key=uuid.uuid4().hex
        ), error.status
    return redirect(f"/desk/tasks/{made.id}", 303)


def _enter(values: dict[str, str]) -> submission.CreatedTask:
    owner = addresses.owner_of("email", values["email"])
    if owner is None:
        raise InvalidInput({"email": _("No client with this address")})
    person, company_id = owner
    by = replace(auth.me(), channel="voice")
    wish = TaskRequest(
        values["text"],
        title=values["title"][:200],
        category=values["category"][:30] or None,
        deadline_at=forms.moment("deadline_at"),
    )
    key = request.form.get("key", "")[:64] or uuid.uuid4().hex
    return submission.hand_over(
        wish,
        by,
        company_id,
        person_id=person.id,
        kept=DeliveryKey("voice", f"desk:{by.person_id}", key, submission.raw_of(values)),
    )
