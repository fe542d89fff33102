"""A score is kept only where a person said one; beside it stands the share of the criteria that was
met."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = "'received', 'triage', 'queued', 'assigned', 'briefed', 'retold', 'working', 'delivered'"
WENT_WRONG = (
    "(disputed_at is not null or overdue_at is not null or off_course_at is not null)"
    f" and state in ({OPEN})"
)
# The share of the newest delivery of each task, 100 where it had no criteria.
FILL = """
update task set met_share = d.share from (
  select distinct on (task_id) task_id, case jsonb_array_length(criteria) when 0 then 100 else (
    select round(100.0 * count(*) filter (where (answer ->> 'met')::boolean) / count(*))
    from jsonb_array_elements(criteria) answer) end as share
  from delivery order by task_id, id desc) d
where d.task_id = task.id
"""


def upgrade() -> None:
    """Fill the share of tasks that were delivered; index what waits for an operator."""
    op.alter_column("acceptance", "score", existing_type=sa.Integer(), nullable=True)
    op.add_column("task", sa.Column("met_share", sa.Integer(), nullable=True))
    _as_owner(FILL)
    op.drop_index("ix_task_pair", table_name="task")
    op.create_index(
        "ix_task_pair",
        "task",
        ["holder_id", "company_id"],
        postgresql_include=["score", "met_share"],
        postgresql_where=sa.text("met_share is not null and state in ('accepted', 'closed')"),
    )
    op.drop_index("ix_task_goes_wrong", table_name="task")
    op.create_index(
        "ix_task_goes_wrong",
        "task",
        ["deadline_at", "id"],
        postgresql_where=sa.text(f"{WENT_WRONG} or waiting_for = 'operator'"),
    )


def downgrade() -> None:
    """Put the share of the criteria where no score was said; the index holds scored tasks again."""
    op.drop_index("ix_task_goes_wrong", table_name="task")
    op.create_index(
        "ix_task_goes_wrong", "task", ["deadline_at", "id"], postgresql_where=sa.text(WENT_WRONG)
    )
    _as_owner(
        "update acceptance a set score = coalesce(t.met_share, 0) from task t"
        " where t.id = a.task_id and a.score is null"
    )
    _as_owner(
        "update task set score = met_share where score is null and state in ('accepted', 'closed')"
    )
    op.drop_index("ix_task_pair", table_name="task")
    op.create_index(
        "ix_task_pair",
        "task",
        ["holder_id", "company_id"],
        postgresql_include=["score"],
        postgresql_where=sa.text("score is not null"),
    )
    op.drop_column("task", "met_share")
    op.alter_column("acceptance", "score", existing_type=sa.Integer(), nullable=False)


def _as_owner(statement: str) -> None:
    """Run it over all companies' rows: the owner of the tables is held by their policies, too."""
    for table in ("task", "delivery", "acceptance"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(statement)
    for table in ("task", "delivery", "acceptance"):
        op.execute(f"alter table {table} force row level security")
