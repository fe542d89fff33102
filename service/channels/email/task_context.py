"""What stands around the words of a mail: which task it is about, its term line, and why somebody
gets it. Kept with the message."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from service.core.config import settings
from service.core.time import now
from service.messages import wording
from service.messages.formatting import day
from service.messages.wording import saying
from service.tasks.task import Task
from tenants.company import Company
from tenants.isolation import db
from tenants.people import Person

ENDED = ("accepted", "closed", "refused", "deleted", "cancelled", "delivered")
# Notes to staff lead to a page; an answer by mail is the client's way.
NOTES = ("work_note", "desk_note")
# Why a mail that is about no task has come.
WHY = {
    "welcome": "why_welcome",
    "invitation": "why_invitation",
    "reset": "why_asked",
    "code": "why_asked",
}


def around(
    template: str, language: str, task: Task | None, person: Person | None
) -> dict[str, Any]:
    """Return the facts around a mail, as texts in this language."""
    facts: dict[str, Any] = {
        "language": language,
        "why": saying(WHY.get(template, "why_wrote"), language),
    }
    if person is not None:
        facts["settings"] = f"{settings().url}/account"
    if task is not None:
        zone = person.tz if person else ZoneInfo("UTC")
        facts |= {
            "number": task.number,
            "task": saying("about_task", language, number=task.number),
            "title": task.title,
            "why": _why(template, language, task, zone),
            "term": _term(template, language, task, zone),
        }
    return facts


def _why(template: str, language: str, task: Task, zone: ZoneInfo) -> str:
    city = get_timezone_location(zone, locale=language, return_city=True)
    if template in NOTES:
        return saying("why_note", language, city=city)
    company = db.session.get_one(Company, task.company_id)
    return saying("why_task", language, company=company.name, number=task.number, city=city)


def _term(template: str, language: str, task: Task, zone: ZoneInfo) -> dict[str, Any] | None:
    """The line in whole per cent, and its moments; None where there is none to show. A late one
    reaches to now, `over` past its deadline."""
    if (
        not wording.template(template, language).has_term
        or task.deadline_at is None
        or task.state in ENDED
    ):
        return None
    moments = [
        saying(key, language, day=day(at, zone, language).replace(" ", "\u00a0")) if at else ""
        for key, at in (
            ("handed", task.created_at),
            ("half_way", task.red_line_at),
            ("dead_line", task.deadline_at),
        )
    ]
    end = max(task.deadline_at, now())
    gone = _place(task, end, min(now(), task.deadline_at))
    return {
        "gone": gone,
        "red": _place(task, end, task.red_line_at) if task.red_line_at else None,
        "over": 100 - gone if task.deadline_at < now() else 0,
        "moments": moments,
    }


def _place(task: Task, end: datetime, when: datetime) -> int:
    whole = max((end - task.created_at).total_seconds(), 60)
    return max(0, min(100, round((when - task.created_at).total_seconds() / whole * 100)))
