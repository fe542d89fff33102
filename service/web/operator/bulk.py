"""Bulk actions for tasks selected on the board: assign, move the deadline, set the priority,
write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from service.access import auth, forms
from service.core.errors import DomainError, InvalidInput
from service.core.ids import id_of
from service.messages import message
from service.tasks import assignment, parameters, undoing
from service.tasks.parameters import Parameters
from service.tasks.task import Task, find
from service.web.operator.blueprint import pages, requires_desk
from tenants.isolation import db

MAX_TASKS = 60
Act = Callable[[Task], object]


@pages.post("/desk/board/picked")
@requires_desk
def do_for_picked() -> ResponseReturnValue:
    """Run the action for each task; errors are shown, the others are done, and undo is offered
    where it is possible."""
    try:
        act = _act()
    except DomainError as error:
        return _back(error)
    changed = _for_each(act)
    if changed:
        words = ngettext("%(num)s task changed", "%(num)s tasks changed", len(changed))
        undone = request.form.get("do") in ("move", "priority")
        forms.toast(
            words, undo="/desk/board/picked/undo?" + "&".join(f"of={pair}" for pair in changed)
        ) if undone else flash(words)
    return _back()


def _act() -> Act:
    """Return the action to run on a task. Raises InvalidInput."""
    me, wanted = auth.me(), request.form.get("do", "")
    if wanted == "hand":
        who = forms.whole("assistant") or 0
        return lambda task: assignment.assign(task, me, who)
    if wanted == "write":
        said = forms.words("text", 10_001)
        return lambda task: message.say(task, me, said)
    if wanted in ("move", "priority"):
        changes = (
            Parameters(deadline_at=_date())
            if wanted == "move"
            else Parameters(priority=request.form.get("priority", ""))
        )
        return lambda task: parameters.change(task, me, changes).id
    raise InvalidInput({"do": _("Choose an action")})


def _date() -> datetime:
    date = forms.moment("deadline_at")
    if date is None:
        raise InvalidInput({"deadline_at": _("Enter a date and time")})
    return date


def _for_each(act: Act) -> list[str]:
    """Run the action, each in its own savepoint, and return task and event of each that was done,
    as `12-345`."""
    done, refused = [], []
    for task_id in request.form.getlist("task", type=int)[:MAX_TASKS]:
        try:
            with db.session.begin_nested():
                done.append(f"{task_id}-{act(find(task_id))}")
        except DomainError as error:
            refused.append(_words(error))
    for words in dict.fromkeys(refused):
        flash(words, "error")
    return done


def _words(error: DomainError) -> str:
    return " ".join(error.at().values()) or error.detail


@pages.post("/desk/board/picked/undo")
@requires_desk
def undo_picked() -> ResponseReturnValue:
    """Restore date and priority of tasks that have not changed since."""
    pairs = [pair.partition("-") for pair in request.args.getlist("of")[:MAX_TASKS]]
    refused = []
    for task_id, _dash, event_id in pairs:
        try:
            with db.session.begin_nested():
                undoing.undo_change(find(id_of(task_id) or 0), auth.me(), id_of(event_id) or 0)
        except DomainError as error:
            refused.append(error.detail)
    for words in dict.fromkeys(refused):
        flash(words, "error")
    if len(refused) < len(pairs):
        flash(_("Change undone"))
    return redirect("/desk/board", 303)


def _back(error: DomainError | None = None) -> ResponseReturnValue:
    """Redirect to the board with its filters."""
    if error is not None:
        flash(_words(error), "error")
    to = request.form.get("back", "")
    return redirect(to if to.startswith("/desk/board?") else "/desk/board", 303)
