"""The client's home page, the list of tasks, and the submission of tasks."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms, uploads
from service.core.errors import DomainError
from service.insight import spending
from service.search import query
from service.tasks import lists, questions, review, submission, understanding
from service.tasks.states import CLIENT_STATE_NAMES, SAME_TO_CLIENTS
from service.tasks.submission import DeliveryKey, TaskRequest
from service.tasks.task import find
from service.tasks.task_state import TaskState
from service.web.charts.labels import month_alone
from service.web.client.blueprint import pages
from service.web.client.task import attach
from service.web.words import badge
from tenants.company import Company
from tenants.isolation import db

RUNNING = 8
DONE = ("accepted", "closed")
FIELDS = (
    "text",
    "title",
    "category",
    "deadline_at",
    "budget",
    "project",
    "priority",
    "private",
    "deadline_fixed",
)


@pages.get("/")
@auth.requires_client
def desk() -> ResponseReturnValue:
    """Show what waits for the reader, the submission form, what is running, and what was done."""
    return _desk({}, {})


@pages.get("/tasks")
@auth.requires_client
def tasks() -> ResponseReturnValue:
    """Show the company's tasks that the reader may see, newest first; with a search text the best
    matches."""
    state, category, words = (
        request.args.get(name, "")[:100] for name in ("state", "category", "q")
    )
    states = SAME_TO_CLIENTS.get(state, (state,)) if state in CLIENT_STATE_NAMES else ()
    page = (
        query.page(words, states=states, category=category or None)
        if words.strip()
        else lists.of_company(
            g.seat.company_id,
            states=states,
            category=category or None,
            after=request.args.get("after"),
        )
    )
    return render_template(
        "client/tasks.html",
        page=page,
        state=state,
        category=category,
        q=words,
        states={code: name for code, name in CLIENT_STATE_NAMES.items() if code != "briefed"},
    )


@pages.get("/tasks/new")
@auth.requires_client
def new() -> ResponseReturnValue:
    """Show the submission form on a page of its own."""
    return render_template(
        "client/new.html", guess=None, values={}, errors={}, key=uuid.uuid4().hex
    )


def _currency() -> str:
    return db.session.get_one(Company, g.seat.company_id).currency


@pages.post("/tasks")
@auth.requires_client
def hand_over() -> ResponseReturnValue:
    """Submit a task with its files, once for each form."""
    values = {
        name: forms.words(name, forms.MAX_TEXT if name == "text" else 20_001) for name in FIELDS
    }
    try:
        wish = TaskRequest(
            text=values["text"],
            title=values["title"][:200],
            category=values["category"][:30] or None,
            deadline_at=forms.moment("deadline_at"),
            deadline_fixed=bool(values["deadline_fixed"]),
            priority=values["priority"][:10] or "ordinary",
            private=bool(values["private"]),
            budget=forms.money("budget", _currency()),
            project=values["project"][:200] or None,
        )
        key = request.form.get("key", "")[:64] or uuid.uuid4().hex
        sent = uploads.sent()  # before the task is made: a drawn number is not returned
        made = submission.hand_over(
            wish,
            auth.me(),
            g.seat.company_id,
            kept=DeliveryKey(
                "web", str(g.seat.company_id), key, submission.raw_of({**values, "key": key})
            ),
        )
        if not made.repeated and sent:
            attach(find(made.id))
    except DomainError as error:
        if forms.by_script():
            raise
        db.session.rollback()
        errors = error.at("text")
        return render_template(
            "client/new.html", guess=None, values=values, errors=errors, key=uuid.uuid4().hex
        ), error.status
    flash(
        _("Task %(number)s received. Next you will see how we understood it.", number=made.number)
    )
    return forms.done(f"/app/{g.seat.slug}/tasks/{made.number}", number=made.number)


def _desk(values: dict[str, str], errors: dict[str, str]) -> str:
    company_id = g.seat.company_id
    waiting = lists.waiting_for_client(g.identity.person_id, all_people=g.seat.role == "owner")
    waiting.sort(
        key=lambda row: (
            row.task.waiting_since is None,
            row.task.waiting_since or row.task.delivered_at or row.task.created_at,
        )
    )
    done = lists.of_company(company_id, states=DONE, limit=5)
    asked = questions.first_open([row.task.id for row in waiting])
    told = understanding.last_of(
        [row.task.id for row in waiting if row.task.state == TaskState.RETOLD]
    )
    thanks = review.thanked([row.task.id for row in done.rows])
    return render_template(
        "client/desk.html",
        waiting=waiting,
        running=_running(company_id),
        done=done,
        questions=asked,
        told=told,
        guess=None,
        values=values,
        errors=errors,
        thanks=thanks,
        key=uuid.uuid4().hex,
        **_month(company_id),
    )


def _running(company_id: int) -> list[lists.Row]:
    """Return the eight most urgent tasks: late or disputed ones, new ones, the others by
    deadline."""
    under_way = lists.board(lists.Narrow(company=company_id), limit=RUNNING).rows
    just_in = lists.of_company(company_id, states=("received", "triage"), limit=3).rows
    late = [row for row in under_way if badge(row.task, "client").tone == "is-late"]
    return [*late, *just_in, *(row for row in under_way if row not in late)][:RUNNING]


def _month(company_id: int) -> dict[str, Any]:
    """Return what this month costs so far; an owner also sees the company's limit."""
    company = db.session.get_one(Company, company_id)
    spent = spending.this_month(company)
    return {
        "company": company,
        "spent": spent,
        "promised": spending.promised(company),
        "month": month_alone(spent.first),
        "limit": company.limit_month if g.seat.role == "owner" else None,
    }
