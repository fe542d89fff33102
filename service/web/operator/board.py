"""What goes wrong first; what waits for a decision; everything that is under way."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service import finding
from service.channels import lists as channel_lists
from service.errors import Refusal
from service.tasks import analysis, lists
from service.tasks.states import STATE_NAMES
from service.tasks.task import find
from service.triage import strangers_desk
from service.web import doors, forms
from service.web.operator.blueprint import desk_only, pages
from tenants.wall import db

BOARD_STATES = ("queued", "assigned", "briefed", "retold", "working", "delivered")


@pages.get("/desk")
@desk_only
def desk() -> ResponseReturnValue:
    """Exceptions, and how much waits where."""
    return render_template("operator/desk.html", exceptions=lists.exceptions(), counts=lists.counts("triage", *BOARD_STATES), states=STATE_NAMES,
                           waiting=len(channel_lists.waiting()))


@pages.get("/desk/triage")
@desk_only
def triage() -> ResponseReturnValue:
    """Tasks that the service was not sure of, and messages that no code understood."""
    return _triage({}, 0)


@pages.post("/desk/tasks/<int:task_id>/triage")
@desk_only
def decide(task_id: int) -> ResponseReturnValue:
    """Delegate, do, delete or refuse."""
    try:
        task = find(task_id)
        analysis.decide(task, doors.me(), request.form.get("decision", ""), request.form.get("category") or None, forms.words("reason", 2001))
    except Refusal as error:
        return _triage(getattr(error, "errors", {"": error.detail}), task_id), error.status
    flash(_("Task %(number)s is %(state)s.", number=task.number, state=STATE_NAMES[task.state]))
    return redirect("/desk/triage", 303)


@pages.post("/desk/inbound/<int:inbound_id>/task")
@desk_only
def make_task(inbound_id: int) -> ResponseReturnValue:
    """Make a waiting message a client's task."""
    try:
        made = strangers_desk.make_task(inbound_id, forms.words("email", 321), doors.me())
    except Refusal as error:
        return _triage(getattr(error, "errors", {"": error.detail}), 0), error.status
    return redirect(f"/desk/tasks/{made.id}", 303)


@pages.post("/desk/inbound/<int:inbound_id>/drop")
@desk_only
def drop(inbound_id: int) -> ResponseReturnValue:
    """Set a waiting message aside."""
    try:
        strangers_desk.drop(inbound_id, forms.words("reason", 1001), doors.me())
    except Refusal as error:
        return _triage(getattr(error, "errors", {"": error.detail}), 0), error.status
    return redirect("/desk/triage", 303)


@pages.post("/desk/inbound/<int:inbound_id>/reply")
@desk_only
def reply(inbound_id: int) -> ResponseReturnValue:
    """Write back to who sent a waiting message."""
    try:
        strangers_desk.reply(inbound_id, forms.words("text", 10_001), doors.me())
    except Refusal as error:
        return _triage(getattr(error, "errors", {"": error.detail}), 0), error.status
    flash(_("Your answer is on its way. The message waits on."))
    return redirect("/desk/triage", 303)


@pages.get("/desk/board")
@desk_only
def board() -> ResponseReturnValue:
    """Everything that is under way, by dead line, with the load of the pool; with words whatever fits, ended or not."""
    state, words = (request.args.get(name, "")[:100] for name in ("state", "q"))
    only = state if state in BOARD_STATES else None
    page = finding.page(words, states=(only,) if only else ()) if words.strip() else lists.board(only, request.args.get("after"))
    return render_template("operator/board.html", page=page, state=state, q=words, states=BOARD_STATES, loads=lists.loads())


def _triage(errors: dict[str, str], task_id: int) -> str:
    if errors:
        db.session.rollback()
    waiting = channel_lists.waiting()
    return render_template("operator/triage.html", page=lists.triage(request.args.get("after")), waiting=waiting, errors=errors,
                           wrong=task_id, values=request.form, replies=strangers_desk.replies(waiting))
