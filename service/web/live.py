"""The event stream of open pages, and who else is viewing a task."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue

from service import presence
from service.access import auth
from service.core import actor, live_updates
from service.core.actor import Actor
from service.core.live_updates import Change, Viewer
from service.tasks.task import find
from tenants import isolation
from tenants.signin.identity import Identity, Seat

pages = Blueprint("live", __name__, url_prefix="/live")


@pages.before_app_request
def begin() -> None:
    """Note when the page's rendering began, because its stream starts from there, and whether an
    open page reloads its `main` alone."""
    g.began, g.stage_alone = time.time(), request.headers.get("HX-Target") == "main#main"


@pages.get("")
@auth.requires_sign_in
def stream() -> ResponseReturnValue:
    """Stream server-sent events: `changed` when what the page shows has changed, `here` when
    somebody comes or goes."""
    seat, by, task = _place(), _actor(), request.args.get("task", type=int)
    who: Identity = g.identity
    shown = _task(task, seat) if task else None
    viewer = Viewer(
        who.person_id,
        None if seat else who.staff_role,
        who.trades,
        seat.company_id if seat else None,
        seat is not None and seat.role == "owner",
        task,
    )
    news = live_updates.events(
        viewer,
        again="Last-Event-ID" in request.headers,
        since=request.args.get("since", type=float),
    )
    answer = Response(
        _attended(news, shown, by, who.name) if shown else news, mimetype="text/event-stream"
    )
    answer.headers["Cache-Control"], answer.headers["X-Accel-Buffering"] = "no-store", "no"
    return answer


@pages.get("/here")
@auth.requires_sign_in
def here() -> ResponseReturnValue:
    """Return who else is viewing the task, as a fragment of its page."""
    task = _task(request.args.get("task", 0, type=int), _place())
    return render_template(
        "components/here.html", people=presence.here(task.task, g.identity.person_id)
    )


@pages.post("/answering")
@auth.requires_sign_in
def answering() -> ResponseReturnValue:
    """Record that somebody is writing on the task."""
    presence.answer(_task(request.form.get("task", 0, type=int), _place()), _actor())
    return "", 204


@pages.post("/gone")
@auth.requires_sign_in
def gone() -> ResponseReturnValue:
    """Record that the page was closed."""
    presence.go(_task(request.form.get("task", 0, type=int), _place()), _actor())
    return "", 204


def _attended(news: Iterator[str], task: Change, by: Actor, name: str) -> Iterator[str]:
    """Stream a task's page: while it is open, its reader counts as viewing."""
    try:
        for words in news:
            presence.come(task, by, name.split(" ", maxsplit=1)[0])
            yield words
    finally:
        presence.go(task, by)


def _place() -> Seat | None:
    """Return the company whose page it is; None on staff's pages. 404 for a company that is not the
    reader's."""
    slug = request.values.get("company")
    if not slug:
        if g.identity.staff_role is None:
            abort(404)
        return None
    return g.identity.seat(slug) or abort(404)


def _actor() -> Actor:
    who: Identity = g.identity
    return (
        actor.client(who.person_id)
        if request.values.get("company")
        else actor.staff(who.person_id, who.staff_role or "")
    )


def _task(task_id: int, seat: Seat | None) -> Change:
    """Return the task under row-level security, as open pages are notified of it. Raises
    NotFound."""
    who: Identity = g.identity
    with isolation.transaction(who.client_scope(seat) if seat else who.staff_scope()):
        return presence.change_of(find(task_id))
