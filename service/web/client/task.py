"""A task's page, its files and its messages."""

from __future__ import annotations

from flask import g, redirect, render_template, request, send_file
from flask.typing import ResponseReturnValue

from service.access import auth, forms, uploads
from service.core.errors import DomainError
from service.messages import message
from service.tasks import attachments, cancelling, delivery
from service.tasks.task import Task, find_number
from service.tasks.task_state import TaskState
from service.web.client.blueprint import pages
from service.web.task_view import view_of
from service.web.words import client_move
from tenants.isolation import db

# Audio types that browsers record and play.
HEARD = ("audio/webm", "audio/ogg", "audio/mp4", "audio/mpeg", "audio/wav")


def of(number: int) -> Task:
    """Return the company's task of this number. Raises NotFound."""
    return find_number(g.seat.company_id, number)


def back(task: Task, part: str = "") -> ResponseReturnValue:
    """Redirect to the task's page after an action."""
    return redirect(f"/app/{g.seat.slug}/tasks/{task.number}{part}", 303)


def page(number: int, refusal: DomainError | None = None) -> ResponseReturnValue:
    """Return the task's page; after an error with what was typed and what was wrong."""
    if refusal is not None:
        db.session.rollback()
    task = of(number)
    shown = view_of(task, auth.me(), forms.before())
    errors = refusal.at() if refusal else {}
    mine, move = client_move(task, shown.holder)
    return render_template(
        "client/task.html",
        it=shown,
        task=task,
        mine=mine,
        move=move,
        errors=errors,
        base=request.path.split("/tasks/")[0],
        values=forms.typed(refusal),
        left=forms.unsent(refusal),
        cancel_price=cancelling.price_now(task),
        cancel_open=cancelling.undecided(task),
        silence=delivery.accepted_by_default_at(task)
        if task.state == TaskState.DELIVERED
        else None,
    ), (refusal.status if refusal else 200)


@pages.get("/tasks/<int:number>")
@auth.requires_client
def task(number: int) -> ResponseReturnValue:
    """Show who acts next, the term, the eight steps, and what can be done now."""
    return page(number)


@pages.post("/tasks/<int:number>/messages")
@auth.requires_client
def write(number: int) -> ResponseReturnValue:
    """Write to the assistant."""
    try:
        task = of(number)
        with forms.errors_at({"text": "reply"}):
            message.say_once(task, auth.me(), forms.words("reply"))
        attach(task, "message")
        return back(task, "#talk")
    except DomainError as error:
        return page(number, error)


@pages.post("/tasks/<int:number>/files")
@auth.requires_client
def add_files(number: int) -> ResponseReturnValue:
    """Add files to the task."""
    try:
        task = of(number)
        attach(task)
        return back(task, "#files")
    except DomainError as error:
        return page(number, error)


@pages.get("/tasks/<int:number>/files/<int:file_id>")
@auth.requires_client
def file(number: int, file_id: int) -> ResponseReturnValue:
    """Send a file's bytes, always as a download, never inline."""
    return download(of(number), file_id)


def attach(task: Task, part: str = "brief") -> None:
    """Store the files of the form on the task, all or none. Raises InvalidInput."""
    uploads.attach(task, auth.me(), part)


def download(task: Task, file_id: int) -> ResponseReturnValue:
    """Send a file of this task. Audio that the page plays keeps its type; it cannot run
    anything."""
    found = attachments.find(task, file_id)
    kind = found.type if found.type in HEARD else "application/octet-stream"
    return send_file(
        attachments.path_of(found.sha256),
        mimetype=kind,
        as_attachment=True,
        download_name=found.name,
    )
