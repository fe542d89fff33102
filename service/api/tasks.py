"""Tasks: handing over, looking, parameters; and an assistant's queue.

`hand_over` is the house's hot path: no model of the ORM, and one statement that is the domain's.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import select

from service.api import access, answers, bodies, idempotency, reading, responses
from service.api.access import DESK, me
from service.api.errors import Changed
from service.core import paging
from service.core.actor import Actor
from service.core.errors import InvalidInput, NotFound
from service.core.ids import id_of
from service.inbound.inbound_message import Inbound
from service.search import query as search_query
from service.tasks import lists, parameters, submission
from service.tasks.states import STATE_NAMES
from service.tasks.submission import CreatedTask, DeliveryKey, TaskRequest
from service.tasks.task import Task, find
from tenants import addresses, company, isolation, membership
from tenants.isolation import db


@access.requires_client_or_staff(*DESK, once=False, opens=False)
@reading.takes(bodies.HandOver)
def hand_over(body: bodies.HandOver) -> Response:
    """Hand over a task. Operators who enter a task by phone say for whom (`on_behalf_of`,
    `company`).
    """
    who, key = access.caller(), idempotency.given()
    kept = DeliveryKey(
        "rest",
        f"key:{who.key_id}",
        key or str(uuid.uuid4()),
        submission.raw_of(reading.json_body()),
        lock=idempotency.lock_of(who, key) if key else None,
    )
    by, handed = _in_one_trip(body, kept) or _in_a_transaction(body, kept, key)
    answer = responses.reply(
        _as_handed(body, by, handed),
        201,
        Location=f"/api/v1/tasks/{handed.id}",
        ETag=responses.etag(1),
    )
    return idempotency.replayed(answer) if handed.repeated else answer


def _in_one_trip(body: bodies.HandOver, kept: DeliveryKey) -> tuple[Actor, CreatedTask] | None:
    """The hot way: a client's new task, nothing to look up. None where it is not as simple as
    that."""
    who = access.caller()
    if who.seat is None or body.budget or body.on_behalf_of or body.company or body.channel:
        return None
    try:
        handed = submission.hand_over_in_one_roundtrip(
            _wish(body), who.actor, who.seat.company_id, who.scope, kept
        )
    except InvalidInput:
        # a repeat whose deadline has passed since is no bad input: the other way tells them apart
        return None
    return (who.actor, handed) if handed else None


def _in_a_transaction(
    body: bodies.HandOver, kept: DeliveryKey, key: str | None
) -> tuple[Actor, CreatedTask]:
    with isolation.transaction(access.caller().scope):
        by, company_id, person_id = _for_whom(body)
        handed = _once(_wish(body), by, company_id, person_id, kept, key)
        if wrong := bodies.amount_of(body.budget, handed.currency, "budget"):
            raise InvalidInput(wrong)
        return by, handed


@access.requires_key
@reading.asks(bodies.TaskFilter)
def tasks(query: bodies.TaskFilter) -> Response:
    """List the tasks visible to this key, newest first; with `q` the best matches on one page."""
    narrowed: dict[str, Any] = {
        "states": _states(query.state),
        "category": query.category,
        "assignee": _assignee(query.assignee),
        "limit": query.limit,
    }
    if (query.q or "").strip():
        return responses.reply_tasks(
            [row.task for row in search_query.page(query.q or "", **narrowed).rows], None
        )
    narrowed["after"], seat = query.after, access.caller().seat
    page = lists.of_company(seat.company_id, **narrowed) if seat else lists.seen(**narrowed)
    return responses.reply_tasks([row.task for row in page.rows], page.next)


@access.requires_key
def task(task: int) -> Response:
    """Return one task, with its version as ETag."""
    answer = responses.reply_task(find(task))
    answer.make_conditional(request)
    return answer


@access.requires_client_or_staff(*DESK)
@reading.takes(bodies.NewParameters)
def set_parameters(task: int, body: bodies.NewParameters) -> Response:
    """Step 2: change the parameters; clients can until the red line. With If-Match only the version
    that was read.
    """
    found = _version_read(task)
    if wrong := {
        **bodies.amount_of(body.budget, found.currency, "budget"),
        **_other_unit(body, found),
    }:
        raise InvalidInput(wrong)
    parameters.change(
        found,
        me(),
        parameters.Parameters(
            outcome=body.outcome,
            criteria=_criteria(found, body),
            deadline_at=body.deadline_at,
            deadline_fixed=body.deadline_fixed,
            budget=body.budget.amount if body.budget else None,
            quantity=body.quantity,
        ),
    )
    return responses.reply_task(found)


@access.requires_staff("assistant")
@reading.asks(bodies.Paged)
def work(query: bodies.Paged) -> Response:
    """List an assistant's queue: tasks in hand, then available tasks, each most urgent first."""
    held = [row.task for row in lists.assigned_to(me().person_id or 0)]
    start = _place(query.after, len(held))
    mine = held[start : start + query.limit]
    if len(mine) == query.limit:
        return responses.reply_tasks(mine, f"held-{start + query.limit}")
    after = None if query.after is None or query.after.startswith("held-") else query.after
    page = lists.queued(after, query.limit - len(mine))
    return responses.reply_tasks([*mine, *(row.task for row in page.rows)], page.next)


def _for_whom(body: bodies.HandOver) -> tuple[Actor, int, int | None]:
    """Who hands over, for which company and which of its people."""
    seat = access.caller().seat
    if seat is None:
        return _told_by_phone(body)
    told = {"on_behalf_of": body.on_behalf_of, "company": body.company, "channel": body.channel}
    if wrong := {
        name: _("Only operators can enter tasks for others")
        for name, value in told.items()
        if value is not None
    }:
        raise InvalidInput(wrong)
    return me(), seat.company_id, None


def _told_by_phone(body: bodies.HandOver) -> tuple[Actor, int, int]:
    if lacks := {
        name: _("Say who it is for")
        for name in ("on_behalf_of", "company")
        if not getattr(body, name)
    }:
        raise InvalidInput(lacks)
    found = company.by_slug(body.company or "")
    if found is None:
        raise InvalidInput({"company": _("No such company")})
    owner = addresses.owner_of("email", body.on_behalf_of or "")
    if owner is None or not _belongs(owner[0].id, found.id):
        raise InvalidInput({"on_behalf_of": _("No one in this company has this address")})
    return replace(me(), channel="voice"), found.id, owner[0].id


def _belongs(person_id: int, company_id: int) -> bool:
    place = membership.Membership
    return (
        db.session.scalar(
            select(place.id).where(
                place.person_id == person_id,
                place.company_id == company_id,
                place.ended_at.is_(None),
            )
        )
        is not None
    )


def _wish(body: bodies.HandOver) -> TaskRequest:
    return TaskRequest(
        text=body.text,
        title=body.title or "",
        category=body.category,
        deadline_at=body.deadline_at,
        deadline_fixed=body.deadline_fixed,
        priority=body.priority,
        private=body.private,
        budget=body.budget.amount if body.budget else None,
        project=body.project,
        external_ref=body.external_ref,
    )


def _once(
    wish: TaskRequest,
    by: Actor,
    company_id: int,
    person_id: int | None,
    kept: DeliveryKey,
    key: str | None,
) -> CreatedTask:
    """The new task, or the one that this key made before: also when its deadline has passed
    since."""
    try:
        return submission.hand_over(wish, by, company_id, person_id=person_id, kept=kept)
    except InvalidInput as error:
        if key is None or set(error.errors) != {"deadline_at"} or not _came_before(kept):
            raise
        return submission.hand_over(
            replace(wish, deadline_at=None), by, company_id, person_id=person_id, kept=kept
        )


def _came_before(kept: DeliveryKey) -> bool:
    return (
        db.session.scalar(
            select(Inbound.id).where(
                Inbound.channel == kept.channel,
                Inbound.account == kept.account,
                Inbound.provider_id == kept.provider_id,
            )
        )
        is not None
    )


def _as_handed(body: bodies.HandOver, by: Actor, handed: CreatedTask) -> answers.Task:
    """The task as it was at the moment of its making: a repeat is answered with the same bytes."""
    due = responses.maybe(body.deadline_at)
    return {
        "id": handed.id,
        "number": handed.number,
        "title": handed.title,
        "text": body.text.strip(),
        "category": {
            "code": body.category,
            "confidence": None,
            "chosen_by": "client" if body.category else None,
        },
        "state": "received",
        "language": handed.language,
        "channel": by.channel,
        "priority": body.priority,
        "created_at": responses.rfc3339(handed.created_at),
        "deadline_at": due,
        "red_line_at": None,
        "assignee": None,
        "price": None,
        "score": None,
        "met_share": None,
        "parameters": {
            "outcome": "",
            "criteria": [],
            "deadline_at": due,
            "deadline_fixed": body.deadline_fixed,
            "budget": responses.sum_of(body.budget.amount, handed.currency)
            if body.budget
            else None,
            "unit": None,
            "quantity": None,
        },
        "retelling": None,
        "waiting_for": None,
        "dispute": None,
        "links": responses.links(handed.id, handed.number),
    }


def _states(wanted: str | None) -> Sequence[str]:
    states = [state.strip() for state in wanted.split(",")] if wanted else []
    if any(state not in STATE_NAMES for state in states):
        raise InvalidInput({"state": _("One of %(choices)s", choices=", ".join(STATE_NAMES))})
    return states


def _assignee(wanted: str | None) -> int | None:
    if not wanted:
        return None
    if wanted == "me":
        return me().person_id
    if not (person_id := id_of(wanted)):
        raise InvalidInput({"assignee": _("Enter the assistant's id or `me`")})
    return person_id


def _version_read(task_id: int) -> Task:
    """The task, locked until it is changed. Raises NotFound, and Changed where it is no longer what
    If-Match names."""
    found = db.session.get(Task, task_id, with_for_update=True)
    if found is None:
        raise NotFound
    if "If-Match" in request.headers and str(found.version) not in request.if_match:
        raise Changed(_("This task has changed since you read it. Read it again."))
    return found


def _other_unit(body: bodies.NewParameters, found: Task) -> dict[str, str]:
    if body.unit is None or body.unit == found.unit:
        return {}
    return {"unit": _("The unit depends on the category")}


def _criteria(found: Task, body: bodies.NewParameters) -> list[str] | None:
    """The new criteria; None where they are what is there already, so that these keep their ids."""
    if body.criteria is None:
        return None
    texts = [one if isinstance(one, str) else one.text for one in body.criteria]
    return None if texts == [one.text for one in parameters.criteria_of(found)] else texts


def _place(after: str | None, held: int) -> int:
    """Where in the held tasks a page begins; behind them all once the queue has begun."""
    if after is None:
        return 0
    if not after.startswith("held-"):
        return held
    return paging.required_id(after.removeprefix("held-")) or 0
