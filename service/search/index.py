"""The search index: the words of tasks and of the messages on them, in a separate table.

The clock process indexes new rows each second, a few hundred in one statement, so that inserting a
task, the hot path, costs nothing extra. Rows that are not indexed yet are found all the same: the
search functions scan the newest tasks directly.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CursorResult,
    ForeignKeyConstraint,
    Identity,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tenants.isolation import Base, db

BATCH_SIZE = 300
# Ids commit out of order: this many ids behind the newest indexed one are checked again, each
# second and each minute.
BEHIND, FAR_BEHIND = 1_000, 50_000


class SearchEntry(Base):
    """The words of a task, or of a message on it. Read only by the search functions of the role
    `finder`."""

    __tablename__ = "findable"
    __table_args__ = (
        ForeignKeyConstraint(["company_id", "task_id"], ["task.company_id", "task.id"]),
        ForeignKeyConstraint(["company_id", "message_id"], ["message.company_id", "message.id"]),
        UniqueConstraint("task_id", "message_id", postgresql_nulls_not_distinct=True),
        Index("ix_findable_message", "message_id", postgresql_where="message_id is not null"),
        Index("ix_findable_recent", "company_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    task_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(200), server_default="")
    words: Mapped[Any] = mapped_column(TSVECTOR)


# PostgreSQL's configuration for Russian stems words in Latin letters as English ones.
TASKS = sql("""
insert into findable (company_id, task_id, title, words)
select t.company_id, t.id, t.title, setweight(to_tsvector('russian', t.title),
  'A') || setweight(to_tsvector('russian', t.text), 'B')
from task t where t.id > (select coalesce(max(task_id), 0) from findable) - :behind
  and not exists (select from findable f where f.task_id = t.id and f.message_id is null)
order by t.id limit :most on conflict do nothing
""")
# A message waits for its task: indexing goes on from the newest indexed task, so none before it may
# be left out.
MESSAGES = sql("""
insert into findable (company_id, task_id, message_id, words)
select m.company_id, m.task_id, m.id, setweight(to_tsvector('russian', m.text), 'C')
from message m where m.id > (select coalesce(max(message_id), 0) from findable
  where message_id is not null) - :behind
  and m.direction = 'said' and exists (select from findable f where f.task_id = m.task_id
    and f.message_id is null)
  and not exists (select from findable f where f.task_id = m.task_id and f.message_id = m.id)
order by m.id limit :most on conflict do nothing
""")


def index_changes(behind: int = BEHIND) -> int:
    """Index what was written since, in the system's access scope. Return how many rows were added,
    at most `BATCH_SIZE` each for tasks and messages."""
    return sum(
        _took(db.session.execute(what, {"behind": behind, "most": BATCH_SIZE}))
        for what in (TASKS, MESSAGES)
    )


def _took(done: Any) -> int:
    assert isinstance(done, CursorResult)
    return done.rowcount
