"""`/t/<token>`: the short link of a message shows one task to its recipient and lets them answer
what was asked."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from service.access import auth, forms
from service.access.rate_limits import limiter
from service.core import actor
from service.core.errors import DomainError, NotFound
from service.messages import short_links
from service.tasks import delivery
from service.tasks.task import Task, find
from service.tasks.task_state import TaskState
from service.web.client.steps import answer_question, judge_retelling, score_delivery
from service.web.task_view import view_of
from service.web.words import client_move
from tenants import isolation, membership
from tenants.isolation import db

pages = Blueprint("short_link", __name__, url_prefix="/t")
ACTS = {"understanding": judge_retelling, "answer": answer_question, "acceptance": score_delivery}


@pages.route("/<token>", methods=["GET", "POST"])
@limiter.limit("120/hour")
@auth.public
def task(token: str) -> ResponseReturnValue:
    """Show the task, and what can be answered while the link is valid."""
    found = short_links.read(token[:80])
    if found is None:
        raise NotFound
    task_id, person_id, company_id = found
    g.actor = actor.client(person_id)
    with isolation.transaction(isolation.unauthenticated("short link")):
        role = membership.role_of(person_id, company_id)
    if role is None:
        raise NotFound  # the person has left the company
    with isolation.transaction(isolation.client(person_id, company_id, owner=role == "owner")):
        return _post(task_id, token) if request.method == "POST" else _page(find(task_id), token)


def _post(task_id: int, token: str) -> ResponseReturnValue:
    act = ACTS.get(request.form.get("act", ""))
    try:
        task = find(task_id)
        if act is None or not task.is_open:
            raise NotFound
        act(task)
        return redirect(f"/t/{token}", 303)
    except DomainError as error:
        db.session.rollback()
        return _page(find(task_id), token, error)


def _page(task: Task, token: str, refusal: DomainError | None = None) -> ResponseReturnValue:
    shown = view_of(task, auth.me())
    mine, move = client_move(task, shown.holder)
    errors = refusal.at() if refusal else {}
    silence = delivery.accepted_by_default_at(task) if task.state == TaskState.DELIVERED else None
    return render_template(
        "short/task.html",
        it=shown,
        task=task,
        mine=mine,
        move=move,
        errors=errors,
        values=forms.typed(refusal),
        left=forms.unsent(refusal),
        url=f"/t/{token}",
        silence=silence,
    ), refusal.status if refusal else 200
