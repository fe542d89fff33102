"""What goes wrong first; everything that is under way, on one ruler of time."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from service import drafts, finding
from service.channels import lists as channel_lists
from service.errors import Refusal
from service.now import now
from service.tasks import delegate, lists
from service.tasks.states import STATE_NAMES
from service.tasks.task import UNDER_WAY, find
from service.triage.categories import all_categories
from service.web import doors, forms
from service.web.operator.blueprint import desk_only, pages
from service.web.ruler import Stretch
from tenants.wall import db


@pages.get("/desk")
@desk_only
def desk() -> ResponseReturnValue:
    """Exceptions, and how much waits where."""
    return render_template("operator/desk.html", exceptions=lists.exceptions(), counts=lists.counts("triage", *UNDER_WAY), states=STATE_NAMES,
                           loads=lists.loads(), waiting=len(channel_lists.waiting()))


# The board's ruler: from a bit of the past to the days that matter; a longer one for the weeks ahead.
BEFORE, STRETCHES = timedelta(hours=20), {"4": timedelta(days=4), "8": timedelta(days=8), "21": timedelta(days=21)}
VIEWS = ("late", "red", "client", "disputed")


@pages.get("/desk/board")
@desk_only
def board() -> ResponseReturnValue:
    """Everything that is under way on one ruler of time, most pressing first, with the load of the pool; with words whatever fits."""
    state, words, days, trade = (request.args.get(name, "")[:100] for name in ("state", "q", "days", "trade"))
    only = state if state in (*UNDER_WAY, *VIEWS) else None
    page = finding.page(words, states=(only,) if only in UNDER_WAY else ()) if words.strip() else lists.board(
        only, request.args.get("after"), trade=trade if trade in all_categories() else None)
    start = now().replace(minute=0, second=0, microsecond=0) - BEFORE
    return render_template("operator/board.html", page=page, state=state, q=words, days=days, trade=trade, states=UNDER_WAY, loads=lists.loads(),
                           stretch=Stretch(start, start + BEFORE + STRETCHES.get(days, STRETCHES["4"])), exceptions=lists.exceptions(limit=6),
                           counts=lists.counts(*UNDER_WAY), filters=drafts.filters_of(doors.me().person_id or 0, "/desk/board"))


@pages.post("/desk/board/assignment")
@desk_only
def assign_many() -> ResponseReturnValue:
    """Hand the picked tasks to one assistant; what cannot be handed is said, the others are."""
    who, done, refused = forms.whole("assistant") or 0, 0, []
    for task_id in request.form.getlist("task", type=int)[:50]:
        try:
            with db.session.begin_nested():
                delegate.assign(find(task_id), doors.me(), who)
            done += 1
        except Refusal as error:
            refused.append(error.detail)
    if done:
        flash(ngettext("%(num)s task is handed over.", "%(num)s tasks are handed over.", done))
    for words in dict.fromkeys(refused):
        flash(words, "error")
    back = request.form.get("back", "")
    return redirect(back if back.startswith("/desk/board?") else "/desk/board", 303)
