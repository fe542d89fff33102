"""The context of a task on the workbench: the points of its brief, the client's handbook and its
new lines, the playbook, the load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.access.locale import here
from service.catalogue import playbooks
from service.catalogue.playbooks import Playbook
from service.core.actor import Actor
from service.core.event_kinds import EventKind
from service.core.language import current_language
from service.core.time import now
from service.tasks import assignment, briefing, lessons, lists, pauses, workload
from service.tasks.lessons import Lesson
from service.tasks.lists import Page, Row
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from service.web import menu_counts
from service.web.task_view import TaskView
from tenants import handbook
from tenants.handbook import Line

BEFORE_RETOLD = ("assigned", "briefed")


@dataclass(frozen=True)
class Load:
    """How many tasks an assistant has and works on, the limit, and how many are due today."""

    held: int
    limit: int
    today: int


@dataclass(frozen=True)
class Queue:
    """The queue's pane: the assistant's tasks, those they may take and their number, and whose
    company they have worked for before."""

    held: list[Row]
    page: Page
    waiting: int
    paired: set[int]
    load: Load


@dataclass(frozen=True)
class WorkbenchContext:
    """A task's context. `noted` are the points gone through, None before the briefing; `last` is
    when this assistant's previous task for this company began, None where there is none."""

    points: list[str]
    noted: list[str] | None
    noted_at: datetime | None
    due: datetime | None
    book: list[Line]
    last: datetime | None
    lessons: Sequence[Lesson]
    playbook: Playbook | None

    @property
    def fresh(self) -> int:
        """Return how many lines of the handbook are new to this assistant."""
        return sum(self.is_new(line) for line in self.book)

    def is_new(self, line: Line) -> bool:
        """Return whether a line was added since this assistant's last task for this company."""
        return self.last is not None and line.since > self.last


def context_of(shown: TaskView, by: Actor) -> WorkbenchContext:
    """Read a task's context in a bounded number of queries."""
    task, noted = shown.task, _briefed(shown)
    points = briefing.listed(
        task,
        criteria=bool(shown.criteria),
        files=any(shown.part(part) for part in briefing.OF_THE_BRIEF),
        book=bool(shown.handbook and shown.handbook.text.strip()),
    )
    return WorkbenchContext(
        points,
        noted and noted[0],
        noted[1] if noted else None,
        pauses.retell_by(task) if task.state in BEFORE_RETOLD else None,
        handbook.lines_of(shown.handbook),
        assignment.last_began(by.person_id or 0, task),
        lessons.lessons_of(task),
        _playbook(task),
    )


def queue(by: Actor, after: str | None = None, limit: int = lists.PAGE_SIZE) -> Queue:
    """Return the queue as this assistant sees it, with their own tasks."""
    held, page = lists.assigned_to(by.person_id or 0), lists.queued(after, limit)
    companies = {row.task.company_id for row in page.rows}
    return Queue(
        held,
        page,
        lists.counts("queued", most=menu_counts.MAX_COUNT)["queued"],
        workload.paired(by.person_id or 0, companies),
        _load(by, held),
    )


def _load(by: Actor, held: list[Row]) -> Load:
    working = [row.task for row in held if row.task.state != TaskState.DELIVERED]
    today = now().astimezone(here()).date()
    due = [
        task
        for task in working
        if task.deadline_at and task.deadline_at.astimezone(here()).date() <= today
    ]
    return Load(len(working), assignment.limit_of(by.person_id or 0), len(due))


def _briefed(shown: TaskView) -> tuple[list[str], datetime] | None:
    """Return the points that the assignee has gone through, and when; None where the briefing is
    not done."""
    if shown.task.state in (TaskState.QUEUED, TaskState.ASSIGNED):
        return None
    event = next(
        (one for one in reversed(shown.history) if one.kind == EventKind.TASK_BRIEFED), None
    )
    return (event.facts.get("noted", []), event.at) if event else None


def _playbook(task: Task) -> Playbook | None:
    return (
        playbooks.of_kinds([task.category], current_language()).get(task.category)
        if task.category
        else None
    )
