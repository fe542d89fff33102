"""How a task looks to programs. Lists read what belongs to their tasks in a few queries, however
long they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from flask import Response
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from service.api import access, answers
from service.tasks.parameters import Criterion
from service.tasks.task import Task
from service.tasks.understanding import Retelling
from tenants.isolation import db
from tenants.people import Person


@dataclass(frozen=True)
class Details:
    """What a page of tasks shows beside the rows themselves, by task or person."""

    criteria: dict[int, list[answers.Criterion]] = field(default_factory=dict)
    retellings: dict[int, Retelling] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


def reply(body: object, status: int = 200, **headers: str) -> Response:
    """An answer in JSON; header names with underscores for dashes."""
    response = Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        status,
        mimetype="application/json",
    )
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def reply_list(data: Sequence[object], next_: str | None) -> Response:
    """A page of a list."""
    return reply({"data": data, "next": next_})


def reply_task(shown: Task, status: int = 200) -> Response:
    """A task, with its version as ETag."""
    return reply(task(shown, details_of([shown])), status, ETag=etag(shown.version))


def reply_tasks(tasks: Sequence[Task], next_: str | None) -> Response:
    """A page of tasks."""
    details = details_of(tasks)
    return reply_list([task(one, details) for one in tasks], next_)


def etag(version: int) -> str:
    """The version of a task as an ETag."""
    return f'"{version}"'


def details_of(tasks: Sequence[Task]) -> Details:
    """What belongs to these tasks, in three queries."""
    ids = [one.id for one in tasks]
    details = Details(names=names_of(one.holder_id for one in tasks))
    for criterion in db.session.scalars(
        select(Criterion)
        .where(Criterion.task_id.in_(ids))
        .order_by(Criterion.task_id, Criterion.position)
    ):
        details.criteria.setdefault(criterion.task_id, []).append(
            {"id": criterion.id, "text": criterion.text}
        )
    last = select(Retelling).where(Retelling.task_id.in_(ids)).ext(distinct_on(Retelling.task_id))
    for retelling in db.session.scalars(last.order_by(Retelling.task_id, Retelling.id.desc())):
        details.retellings[retelling.task_id] = retelling
    return details


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these people, of those whom the reader may see."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    found = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in found}


def task(one: Task, details: Details) -> answers.Task:
    """A task in full."""
    return {
        "id": one.id,
        "number": one.number,
        "title": one.title,
        "text": one.text,
        "category": {
            "code": one.category,
            "confidence": one.confidence,
            "chosen_by": one.chosen_by,
        },
        "state": one.state,
        "language": one.language,
        "channel": one.channel,
        "priority": one.priority,
        "created_at": rfc3339(one.created_at),
        "deadline_at": maybe(one.deadline_at),
        "red_line_at": maybe(one.red_line_at),
        "assignee": _assignee(one, details),
        "price": money(one.price, one.currency),
        "score": one.score,
        "met_share": one.met_share,
        "parameters": _parameters(one, details),
        "retelling": _retelling(one, details.retellings.get(one.id)),
        "waiting_for": one.waiting_for,
        "dispute": {"since": rfc3339(one.disputed_at)} if one.disputed_at else None,
        "links": links(one.id, one.number),
    }


def links(task_id: int, number: int) -> answers.TaskLinks:
    """Where to go on from a task."""
    here = f"/api/v1/tasks/{task_id}"
    return {
        "self": here,
        "events": here + "/events",
        "messages": here + "/messages",
        "files": here + "/files",
        "page": _page(task_id, number),
    }


def _page(task_id: int, number: int) -> str:
    who = access.caller()
    if who.seat:
        return f"/app/{who.seat.slug}/tasks/{number}"
    return f"/work/{task_id}" if who.who.staff_role == "assistant" else f"/desk/tasks/{task_id}"


def _assignee(one: Task, details: Details) -> answers.Someone | None:
    if one.holder_id is None:
        return None
    return {"id": one.holder_id, "name": details.names.get(one.holder_id, "")}


def _parameters(one: Task, details: Details) -> answers.Parameters:
    return {
        "outcome": one.outcome,
        "criteria": details.criteria.get(one.id, []),
        "deadline_at": maybe(one.deadline_at),
        "deadline_fixed": one.deadline_fixed,
        "budget": money(one.budget, one.currency),
        "unit": one.unit,
        "quantity": None if one.quantity is None else number(one.quantity),
    }


def _retelling(one: Task, last: Retelling | None) -> answers.Retelling | None:
    if last is None:
        return None
    return {
        "id": last.id,
        "text": last.text,
        "plan": last.plan,
        "quantity": number(last.quantity),
        "price": sum_of(last.price, one.currency),
        "deadline_at": rfc3339(last.deadline_at),
        "proposal": _proposal(one, last),
        "differences": [
            {"words": point["words"], "exact": point["exact"]} for point in last.differences
        ],
        "correction": last.correction,
        "created_at": rfc3339(last.at),
    }


def _proposal(one: Task, last: Retelling) -> answers.Proposal | None:
    if last.proposal is None or last.proposal_price is None or last.proposal_deadline_at is None:
        return None
    return {
        "text": last.proposal,
        "price": sum_of(last.proposal_price, one.currency),
        "deadline_at": rfc3339(last.proposal_deadline_at),
    }


def by(kind: str, person_id: int | None, names: dict[int, str]) -> answers.By:
    """Who did something; names that the reader may not see are left out."""
    return {"kind": kind, "id": person_id, "name": names.get(person_id) if person_id else None}


def rfc3339(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def maybe(moment: datetime | None) -> str | None:
    """A moment that may not be there."""
    return rfc3339(moment) if moment else None


def sum_of(amount: int, currency: str) -> answers.Money:
    """A sum in minor units."""
    return {"amount": amount, "currency": currency}


def money(amount: int | None, currency: str) -> answers.Money | None:
    """A sum that may not be there."""
    return None if amount is None else sum_of(amount, currency)


def number(quantity: Decimal) -> float:
    """A quantity with at most two decimal places, whole where it is whole."""
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
