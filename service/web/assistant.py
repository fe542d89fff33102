"""Pages of an assistant: the queue, and the workbench of one task."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms, uploads
from service.access.locale import here
from service.catalogue import playbooks
from service.catalogue.categories import all_categories
from service.core.errors import Conflict, DomainError, NotAllowed, NotFound
from service.core.language import current_language
from service.insight import my_month
from service.messages import message
from service.tasks import (
    assignment,
    briefing,
    delivery,
    lessons,
    lists,
    parameters,
    pauses,
    questions,
    red_line,
    understanding,
    undoing,
)
from service.tasks.task import Task, find
from service.tasks.task_state import TaskState
from service.tasks.understanding import Proposal
from service.web import menu_counts
from service.web import workbench as around
from service.web.brief_points import points_of
from service.web.charts.weeks import my_kinds, my_weeks
from service.web.client.task import download
from service.web.task_view import view_of
from tenants import handbook
from tenants.isolation import db

pages = Blueprint("assistant", __name__, url_prefix="/work")
mine = auth.requires_staff("assistant")


@pages.get("")
@mine
def queue() -> ResponseReturnValue:
    """Show the reader's tasks and those they may take, most urgent first."""
    return render_template(
        "assistant/queue.html", queue=around.queue(auth.me(), request.args.get("after"))
    )


@pages.get("/holding")
@mine
def holding() -> ResponseReturnValue:
    """Return the number of the reader's tasks as a fragment of the menu."""
    return menu_counts.holding()


@pages.get("/month")
@mine
def month() -> ResponseReturnValue:
    """Show the reader's last thirty days: what was done, how it was received, and thanks."""
    found = my_month.my_month(auth.me().person_id or 0, here())
    return render_template(
        "assistant/month.html", it=found, weeks=my_weeks(found.weeks), kinds=my_kinds(found.kinds)
    )


@pages.get("/handbooks")
@mine
def handbooks() -> ResponseReturnValue:
    """Show the handbooks of the companies whose tasks are assigned to the reader."""
    held = lists.assigned_to(auth.me().person_id or 0)
    names = {row.task.company_id: row.company for row in held}
    books = sorted(handbook.of_companies(list(names)), key=lambda book: names[book.company_id])
    return render_template(
        "assistant/handbooks.html",
        books=[(names[book.company_id], handbook.lines_of(book)) for book in books],
        held=held,
    )


@pages.get("/playbooks")
@mine
def read_playbooks() -> ResponseReturnValue:
    """Show the playbooks of the reader's skills."""
    trades = [code for code in all_categories() if code in g.identity.trades]
    return render_template(
        "assistant/playbooks.html",
        trades=trades,
        books=playbooks.of_kinds(trades, current_language()),
    )


@pages.get("/<int:task_id>")
@mine
def bench(task_id: int) -> ResponseReturnValue:
    """Show one task: its brief, the current step, the conversation."""
    return page(task_id)


def page(task_id: int, refusal: DomainError | None = None) -> ResponseReturnValue:
    """Return the workbench; after an error with what was typed and what was wrong."""
    if refusal is not None:
        db.session.rollback()
    task = find(task_id)
    errors = refusal.at() if refusal else {}
    shown = view_of(task, auth.me(), forms.before())
    return render_template(
        "assistant/bench.html",
        it=shown,
        task=task,
        errors=errors,
        values=forms.typed(refusal),
        left=forms.unsent(refusal),
        queue=around.queue(auth.me(), limit=8),
        bench=around.context_of(shown, auth.me()),
        points=points_of(task, shown.criteria),
        reported=task.state == TaskState.WORKING and pauses.reported(task),
    ), refusal.status if refusal else 200


def step(task_id: int, act: Callable[[Task], object]) -> ResponseReturnValue:
    """Run one step on a task and redirect to its workbench."""
    try:
        act(find(task_id))
        return redirect(f"/work/{task_id}", 303)
    except DomainError as error:
        return page(task_id, error)


@pages.post("/<int:task_id>/claim")
@mine
def claim(task_id: int) -> ResponseReturnValue:
    """Take a task from the queue; whoever comes second is shown that it is taken."""
    try:
        assignment.claim(assignment.find_to_claim(task_id, auth.me()), auth.me())
        forms.toast(_("The task is yours"), undo=f"/work/{task_id}/undo")
        return redirect(f"/work/{task_id}", 303)
    except (Conflict, NotFound) as error:
        db.session.rollback()
        flash(error.detail or _("Someone else was faster."), "error")
        return redirect("/work", 303)


@pages.post("/next")
@mine
def take_next() -> ResponseReturnValue:
    """Take the most urgent task that is still free."""
    refused: DomainError | None = None
    for row in lists.queued(limit=10).rows:
        try:
            assignment.claim(row.task, auth.me())
        except (Conflict, NotAllowed) as error:
            refused = error
            continue
        forms.toast(_("The task is yours"), undo=f"/work/{row.task.id}/undo")
        return redirect(f"/work/{row.task.id}", 303)
    flash(refused.detail if refused else _("The queue is empty."), "error")
    return redirect("/work", 303)


@pages.post("/<int:task_id>/undo")
@mine
def undo(task_id: int) -> ResponseReturnValue:
    """Put back a task that was taken a moment ago."""
    try:
        undoing.undo_claim(find(task_id), auth.me())
    except DomainError as error:
        return page(task_id, error)
    return redirect("/work", 303)


@pages.post("/<int:task_id>/briefing")
@mine
def brief(task_id: int) -> ResponseReturnValue:
    """Complete the briefing with the points that were ticked."""
    return step(
        task_id, lambda task: briefing.brief(task, auth.me(), request.form.getlist("point")[:20])
    )


@pages.post("/<int:task_id>/retelling")
@mine
def retell(task_id: int) -> ResponseReturnValue:
    """Retell the task in own words, perhaps with a proposal."""
    return step(task_id, _retell)


@forms.errors_at(
    {
        "proposal.text": "proposal",
        "proposal.price": "proposal_price",
        "proposal.deadline_at": "proposal_deadline_at",
    }
)
def _retell(task: Task) -> None:
    last, seen = understanding.last_retelling(task), forms.whole("seen")
    if last and seen is not None and last.id != seen:  # the same form in two windows
        raise Conflict(_("There is a newer version. Read it first."), state=task.state)
    understanding.retell(
        task,
        auth.me(),
        forms.words("text"),
        forms.words("plan"),
        _proposal(task),
        forms.decimal("quantity"),
        forms.pairs("words", "exact"),
    )


def _proposal(task: Task) -> Proposal | None:
    text = forms.words("proposal").strip()
    if not text:
        return None
    price, day = forms.money("proposal_price", task.currency), forms.moment("proposal_deadline_at")
    asked = (task.price or 0) if price is None else price
    return Proposal(text, asked, day or task.deadline_at)  # type: ignore[arg-type]


@pages.post("/<int:task_id>/questions")
@mine
def ask(task_id: int) -> ResponseReturnValue:
    """Ask the client; the deadline is paused until they answer."""
    return step(task_id, ask_client)


@forms.errors_at({"text": "question"})
def ask_client(task: Task) -> None:
    """Ask the question of the form, with its options."""
    questions.ask(task, auth.me(), forms.words("question"), forms.lines("options"))


@pages.post("/<int:task_id>/red-line")
@mine
def report(task_id: int) -> ResponseReturnValue:
    """Report at the red line."""
    return step(
        task_id,
        lambda task: red_line.report(
            task,
            auth.me(),
            forms.whole("progress") or 0,
            on_time=request.form.get("on_time") == "1",
            help_=forms.words("help"),
        ),
    )


@pages.post("/<int:task_id>/delivery")
@mine
def deliver(task_id: int) -> ResponseReturnValue:
    """Deliver with files, criterion by criterion."""
    return step(task_id, _deliver)


@forms.errors_at({"text": "delivery"})
def _deliver(task: Task) -> None:
    answers = [
        {
            "id": c.id,
            "met": request.form.get(f"met-{c.id}") == "1",
            "note": forms.words(f"note-{c.id}", 1000),
        }
        for c in parameters.criteria_of(task)
    ]
    _attach(task, "delivery")
    delivery.deliver(task, auth.me(), forms.words("delivery"), answers)


@pages.post("/<int:task_id>/return")
@mine
def give_back(task_id: int) -> ResponseReturnValue:
    """Give the task back with a reason; afterwards it may not be visible."""
    try:
        assignment.give_back(find(task_id), auth.me(), forms.words("reason"))
    except DomainError as error:
        return page(task_id, error)
    flash(_("Task returned to the queue"))
    return redirect("/work", 303)


@pages.post("/<int:task_id>/messages")
@mine
def write(task_id: int) -> ResponseReturnValue:
    """Write to the client."""
    return step(task_id, write_to_client)


@forms.errors_at({"text": "reply"})
def write_to_client(task: Task) -> None:
    """Send the message of the form to the client."""
    message.say_once(task, auth.me(), forms.words("reply"))


@pages.post("/<int:task_id>/lessons")
@mine
def learn(task_id: int) -> ResponseReturnValue:
    """Propose a line for the client's handbook."""
    return step(task_id, _learn)


def _learn(task: Task) -> None:
    lessons.propose(task, auth.me(), forms.words("lesson", lessons.MAX_TEXT + 1))
    flash(_("Suggested. It will be added once the client or an operator agrees."))


@pages.post("/<int:task_id>/files")
@mine
def add_files(task_id: int) -> ResponseReturnValue:
    """Add files to the coming delivery."""
    return step(task_id, lambda task: _attach(task, "delivery"))


@pages.get("/<int:task_id>/files/<int:file_id>")
@mine
def file(task_id: int, file_id: int) -> ResponseReturnValue:
    """Send a file's bytes."""
    return download(find(task_id), file_id)


def _attach(task: Task, part: str) -> None:
    uploads.attach(task, auth.me(), part)
