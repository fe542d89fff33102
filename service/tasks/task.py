"""The task: what was submitted, its state, and the facts that lists and indexes need at hand."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from service.core.errors import NotFound
from service.tasks import bounds
from service.tasks.task_state import TaskState
from tenants.isolation import Base, db

MAX_TEXT = bounds.TASK_TEXT.most
# For the indexes of the board's lists.
UNDER_WAY = (
    TaskState.QUEUED,
    TaskState.ASSIGNED,
    TaskState.BRIEFED,
    TaskState.RETOLD,
    TaskState.WORKING,
    TaskState.DELIVERED,
)
IN_SQL = tuple(map(str, UNDER_WAY))
GOES_WRONG = "disputed_at is not null or overdue_at is not null or off_course_at is not null"
# A company counts its tasks from the number after this one.
FIRST_NUMBER = 1000


class Task(Base):
    """One task. `state` is a projection that only `events.record` changes; money is in minor units
    of `currency`.

    `outcome` is what should be there at the end; `reason` says why it ended before that (declined,
    dropped, cancelled). `score` is what a person gave, `met_share` what share of the criteria the
    last delivery met, both in percent. `waiting_for` is `client` while the task is paused,
    `operator` while an operator has to decide what is charged.
    """

    __tablename__ = "task"
    __table_args__ = (
        UniqueConstraint("company_id", "id"),
        # Only the key that others refer to begins with the company: on a table that was never
        # analyzed the planner takes any usable index to check a foreign key, and reads all of the
        # company's tasks by it.
        UniqueConstraint("number", "company_id"),
        Index(
            "ix_task_pair",
            "holder_id",
            "company_id",
            postgresql_include=["score", "met_share"],
            postgresql_where="met_share is not null and state in ('accepted', 'closed')",
        ),
        Index("ix_task_state_deadline", "state", "deadline_at", "id"),
        Index("ix_task_holder", "holder_id", "state", postgresql_where="holder_id is not null"),
        Index("ix_task_alarm", "alarm_at", postgresql_where="alarm_at is not null"),
        Index(
            "ix_task_client_waits",
            "company_id",
            "waiting_since",
            postgresql_where="waiting_since is not null",
        ),
        Index("ix_task_state_company", "state", "company_id", "deadline_at"),
        Index("ix_task_under_way", "deadline_at", "id", postgresql_where=f"state in {IN_SQL}"),
        Index(
            "ix_task_company_under_way",
            "company_id",
            "deadline_at",
            "id",
            postgresql_where=f"state in {IN_SQL}",
        ),
        Index("ix_task_newest_under_way", "id", postgresql_where=f"state in {IN_SQL}"),
        Index(
            "ix_task_goes_wrong",
            "deadline_at",
            "id",
            postgresql_where=(
                f"({GOES_WRONG}) and state in {('received', 'triage', *IN_SQL)}"
                " or waiting_for = 'operator'"
            ),
        ),
        Index("ix_task_disputed", "disputed_at", postgresql_where="disputed_at is not null"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    number: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound.id"), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(2), server_default="en")
    channel: Mapped[str] = mapped_column(String(10))
    state: Mapped[TaskState] = mapped_column(
        Enum(TaskState, native_enum=False, length=10, values_callable=list),
        server_default="received",
    )
    category: Mapped[str | None] = mapped_column(String(30))
    confidence: Mapped[float | None] = mapped_column(Float)
    chosen_by: Mapped[str | None] = mapped_column(String(10))
    priority: Mapped[str] = mapped_column(String(10), server_default="ordinary")
    private: Mapped[bool] = mapped_column(Boolean, server_default="false")
    project: Mapped[str | None] = mapped_column(String(200))
    external_ref: Mapped[str | None] = mapped_column(String(200))
    outcome: Mapped[str] = mapped_column(Text, server_default="")
    reason: Mapped[str] = mapped_column(Text, server_default="")
    budget: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[str | None] = mapped_column(String(40))
    quantity: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    unit_price: Mapped[int | None] = mapped_column(BigInteger)
    price: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    deadline_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deadline_fixed: Mapped[bool] = mapped_column(Boolean, server_default="false")
    red_line_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    understood_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    waiting_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    waiting_for: Mapped[str | None] = mapped_column(String(10))
    waited_s: Mapped[int] = mapped_column(Integer, server_default="0")
    disputed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    overdue_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    off_course_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    score: Mapped[int | None] = mapped_column(Integer)
    met_share: Mapped[int | None] = mapped_column(Integer)
    alarm_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    alarm: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    @property
    def is_open(self) -> bool:
        """Return whether anything may still happen to it."""
        return self.state not in ("closed", "refused", "deleted", "cancelled", "accepted")


class TaskOwned:
    """A row that belongs to a task. Its foreign key includes the company, so that it cannot point
    to another company's task."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    task_id: Mapped[int] = mapped_column(BigInteger)
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    # What else a fact refers to within the company: column to table.
    refers: ClassVar[dict[str, str]] = {}

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805
        return (
            ForeignKeyConstraint(["company_id", "task_id"], ["task.company_id", "task.id"]),
            UniqueConstraint("company_id", "id"),
            Index(f"ix_{cls.__tablename__}_task", "task_id"),  # type: ignore[attr-defined]
            *(
                ForeignKeyConstraint(["company_id", column], [f"{table}.company_id", f"{table}.id"])
                for column, table in cls.refers.items()
            ),
        )


def find(task_id: int) -> Task:
    """Return the task with this id. Raises NotFound where it does not exist or may not be seen."""
    task = db.session.get(Task, task_id)
    if task is None:
        raise NotFound
    return task


def find_number(company_id: int, number: int) -> Task:
    """Return the company's task with this number. Raises NotFound."""
    task = db.session.scalar(
        select(Task).where(Task.company_id == company_id, Task.number == number)
    )
    if task is None:
        raise NotFound
    return task
