"""The counts in the staff's menu: what waits in triage, and what is assigned to the reader. Both
are counted up to a bound, each in one query."""

from __future__ import annotations

from flask import g

from service.messages import message_lists as channel_lists
from service.tasks import lists, to_decide
from tenants import isolation

MAX_COUNT = 100


def beside(path: str) -> str:
    """Return the count for this menu entry; nothing where there is none, or where no scope of staff
    is open."""
    counted = {("operator", "/desk/triage"): waiting, ("assistant", "/work"): holding}.get(
        (_role(), path)
    )
    return counted() if counted else ""


def waiting() -> str:
    """Return how many tasks and messages wait for a decision; tasks with a question to the client
    do not count."""
    return _unless_none(to_decide.count(MAX_COUNT) + channel_lists.count_waiting(MAX_COUNT))


def holding() -> str:
    """Return how many tasks are assigned to the reader, including those that wait for
    acceptance."""
    return _unless_none(lists.count_assigned(g.identity.person_id, MAX_COUNT))


def _role() -> str:
    return isolation.current().role if isolation.is_open() else ""


def _unless_none(count: int) -> str:
    return counted(count) if count else ""


def counted(count: int) -> str:
    """Return a number that was counted up to the bound."""
    return f"{MAX_COUNT - 1}+" if count >= MAX_COUNT else str(count)
