"""Triage: one waiting task or message at a time, with the service's guess beside it, and a key for
each decision."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms
from service.core.errors import DomainError, InvalidInput
from service.intake import inbox
from service.nlu.classifier import classify, speaking_for
from service.tasks import (
    analysis,
    assignment,
    parameters,
    questions,
    splitting,
    undoing,
    workload,
)
from service.tasks.parameters import Parameters
from service.tasks.states import STATE_NAMES
from service.tasks.task import Task, find
from service.web import menu_counts
from service.web.operator import triage_list
from service.web.operator.blueprint import pages, requires_desk
from tenants import handbook
from tenants.isolation import db


@pages.get("/desk/triage")
@requires_desk
def triage() -> ResponseReturnValue:
    """Show what waits for a decision, and the current item: `task`, `message`, else the oldest."""
    return page()


def page(refusal: DomainError | None = None) -> ResponseReturnValue:
    """Return the page; after an error with what was typed and what was wrong."""
    if refusal is not None:
        db.session.rollback()
    it = triage_list.look()
    task, message = it.row.task if it.row else None, it.message
    event, name = triage_list.decided(it.gone)
    shown = render_template(
        "operator/triage.html",
        it=it,
        page=it.page,
        row=it.row,
        task=task,
        message=message,
        waiting=[] if it.asked else it.messages,
        event=event,
        decided_by=name,
        onward=_onward(it),
        guess=_guess(task) if task else None,
        asked=questions.questions_of(task) if task else [],
        replies=inbox.replies([message]) if message else {},
        key=uuid.uuid4().hex,
        errors=refusal.at() if refusal else {},
        values=forms.typed(refusal),
        left=forms.unsent(refusal),
    )
    return shown, refusal.status if refusal else 200


def _onward(it: triage_list.Looked) -> str:
    """Return where to continue from an item that was decided meanwhile."""
    if it.gone:
        return triage_list.after_task(it.gone.task.id)
    return triage_list.after_message(it.gone_message.id) if it.gone_message else ""


def _guess(task: Task) -> dict[str, object]:
    """Return the three likeliest categories with their certainty, the words behind the first, the
    assistants who could do it, and the handbook."""
    found = classify(task.text)
    chosen = task.category or found.category
    likely = [(found.category, found.confidence), *found.others][:3]
    return {
        "likely": likely,
        "chosen": chosen,
        "words": speaking_for(task.text, chosen),
        "people": workload.could_do(chosen)[:4],
        "handbook": handbook.of(task.company_id),
    }


@pages.get("/desk/waiting")
@requires_desk
def waiting() -> ResponseReturnValue:
    """Return how many items wait for a decision, as a fragment of the menu."""
    return menu_counts.waiting()


@pages.post("/desk/tasks/<int:task_id>/triage")
@requires_desk
def decide(task_id: int) -> ResponseReturnValue:
    """Delegate (to the queue, or to an assistant at once), do, drop or decline; it can be undone
    for a while."""
    try:
        task = find(task_id)
        asked = task.waiting_since is not None
        decision, who = request.form.get("decision", ""), forms.whole("assistant")
        with forms.errors_at({"reason": "do-reason" if decision == "do" else "drop-reason"}):
            analysis.decide(
                task,
                auth.me(),
                decision,
                request.form.get("category") or None,
                forms.words("reason"),
            )
        if decision == "delegate" and who:
            assignment.assign(task, auth.me(), who)
    except DomainError as error:
        return page(error)
    said = _("Task %(number)s: %(state)s", number=task.number, state=str(STATE_NAMES[task.state]))
    forms.toast(said, undo=f"/desk/tasks/{task_id}/triage/undo") if not who else flash(said)
    return redirect(triage_list.after_task(task_id, asked=asked), 303)


@pages.post("/desk/tasks/<int:task_id>/triage/undo")
@requires_desk
def undo(task_id: int) -> ResponseReturnValue:
    """Undo the decision."""
    try:
        undoing.undo_triage(find(task_id), auth.me())
    except DomainError as error:
        return page(error)
    return redirect(f"/desk/triage?task={task_id}", 303)


@pages.post("/desk/tasks/<int:task_id>/triage/question")
@requires_desk
def ask_back(task_id: int) -> ResponseReturnValue:
    """Ask the client before deciding; the task leaves the list until they answer."""
    try:
        task = find(task_id)
        with forms.errors_at({"text": "ask-question"}):
            questions.ask(task, auth.me(), forms.words("question"))
    except DomainError as error:
        return page(error)
    flash(_("Question sent. The task comes back to the list with the reply."))
    return redirect(triage_list.after_task(task_id), 303)


@pages.post("/desk/tasks/<int:task_id>/triage/date")
@requires_desk
def move_date(task_id: int) -> ResponseReturnValue:
    """Move the deadline before deciding."""
    try:
        date = forms.moment("deadline_at")
        if date is None:
            raise InvalidInput({"deadline_at": _("Enter a date and time")})
        changed = parameters.change(find(task_id), auth.me(), Parameters(deadline_at=date))
    except DomainError as error:
        return page(error)
    forms.toast(
        _("Deadline moved"),
        undo=f"/desk/tasks/{task_id}/triage/date/undo?event={changed.id}",
    )
    return redirect(f"/desk/triage?task={task_id}", 303)


@pages.post("/desk/tasks/<int:task_id>/triage/date/undo")
@requires_desk
def undo_date(task_id: int) -> ResponseReturnValue:
    """Restore the deadline."""
    try:
        undoing.undo_change(find(task_id), auth.me(), request.args.get("event", 0, type=int))
    except DomainError as error:
        return page(error)
    return redirect(f"/desk/triage?task={task_id}", 303)


@pages.post("/desk/tasks/<int:task_id>/triage/split")
@requires_desk
def split(task_id: int) -> ResponseReturnValue:
    """Make two tasks of one message; each goes through triage by itself."""
    try:
        key = request.form.get("key", "")[:64] or uuid.uuid4().hex
        with forms.errors_at({"first": "split-first", "second": "split-second"}):
            made = splitting.split(
                find(task_id), auth.me(), forms.words("first"), forms.words("second"), key
            )
    except DomainError as error:
        return page(error)
    flash(_("The second part is now task %(number)s", number=made.number))
    return redirect(f"/desk/triage?task={task_id}", 303)


@pages.post("/desk/inbound/<int:inbound_id>/task")
@requires_desk
def make_task(inbound_id: int) -> ResponseReturnValue:
    """Make a waiting message a task of a client."""
    try:
        made = inbox.make_task(inbound_id, forms.words("email", 321), auth.me())
    except DomainError as error:
        return page(error)
    return redirect(f"/desk/tasks/{made.id}", 303)


@pages.post("/desk/inbound/<int:inbound_id>/reply")
@requires_desk
def reply(inbound_id: int) -> ResponseReturnValue:
    """Reply to the sender of a waiting message, by its own channel; the message stays in triage."""
    try:
        with forms.errors_at({"text": f"reply-words-{inbound_id}"}):
            inbox.reply(inbound_id, forms.words("text"), auth.me())
    except DomainError as error:
        return page(error)
    flash(_("Reply sent. The message stays in the list."))
    return redirect(f"/desk/triage?message={inbound_id}", 303)


@pages.post("/desk/inbound/<int:inbound_id>/drop")
@requires_desk
def drop(inbound_id: int) -> ResponseReturnValue:
    """Set a waiting message aside; it can be undone."""
    try:
        with forms.errors_at({"reason": f"drop-{inbound_id}"}):
            inbox.drop(inbound_id, forms.words("reason"), auth.me())
    except DomainError as error:
        return page(error)
    forms.toast(_("Message set aside"), undo=f"/desk/inbound/{inbound_id}/drop/undo")
    return redirect(triage_list.after_message(inbound_id), 303)


@pages.post("/desk/inbound/<int:inbound_id>/drop/undo")
@requires_desk
def undo_drop(inbound_id: int) -> ResponseReturnValue:
    """Return a message that was set aside to triage."""
    try:
        inbox.take_up(inbound_id, auth.me())
    except DomainError as error:
        return page(error)
    return redirect(f"/desk/triage?message={inbound_id}", 303)
