"""What was learned: lines proposed for a client's handbook, since when each of its lines is there,
and the playbooks of the trades."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SEEN = "company_id = wall_company() and exists (select 1 from task t where t.id = lesson.task_id)"
HELD = (
    "exists (select 1 from task t where t.id = lesson.task_id and t.company_id = lesson.company_id"
    " and t.holder_id = wall_person()) and state = 'proposed'"
)
# Nothing enters a handbook by itself: an assistant proposes, an owner of the company or the desk
# decides.
POLICIES = (
    ("lesson", "client", "select", f"using ({SEEN})"),
    (
        "lesson",
        "client",
        "update",
        (
            f"using ({SEEN} and wall_owner()) with check (company_id = wall_company() and"
            " wall_owner())"
        ),
    ),
    (
        "lesson",
        "assistant",
        "select",
        "using (exists (select 1 from task t where t.id = lesson.task_id))",
    ),
    ("lesson", "assistant", "insert", f"with check ({HELD})"),
    ("lesson", "operator", "all", "using (true) with check (true)"),
    ("lesson", "system", "all", "using (true) with check (true)"),
    ("playbook", "assistant", "select", "using (true)"),
    ("playbook", "operator", "all", "using (true) with check (true)"),
    ("playbook", "system", "all", "using (true) with check (true)"),
)
GRANTS = (
    "select, update (state, decided_by, decided_at) on lesson to client",
    "select, insert on lesson to assistant",
    "select, insert, update, delete on lesson to operator, system",
    "select on playbook to assistant",
    "select, insert, update, delete on playbook to operator, system",
    "usage on sequence lesson_id_seq to assistant, operator, system",
)


def upgrade() -> None:
    """Two tables behind the wall, and a column."""
    op.add_column(
        "handbook", sa.Column("born", postgresql.JSONB(), server_default="[]", nullable=False)
    )
    _lesson()
    op.create_table(
        "playbook",
        sa.Column("category", sa.String(30), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_by",
            sa.BigInteger(),
            sa.ForeignKey("person.id", name="fk_playbook_updated_by"),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("category", "language", name="pk_playbook"),
    )
    for table in ("lesson", "playbook"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
    for table, role, verb, rule in POLICIES:
        op.execute(f"create policy {role}_{verb} on {table} for {verb} to {role} {rule}")
    for grant in GRANTS:
        op.execute(f"grant {grant}")


def _lesson() -> None:
    op.create_table(
        "lesson",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("state", sa.String(10), server_default="proposed", nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id", "task_id"],
            ["task.company_id", "task.id"],
            name="fk_lesson_company_id_task_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lesson"),
        sa.UniqueConstraint("company_id", "id", name="uq_lesson_company_id_id"),
    )
    op.create_index("ix_lesson_task", "lesson", ["task_id"])
    op.create_index(
        "ix_lesson_proposed",
        "lesson",
        ["company_id", "id"],
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    """Take them away, for tests of the migrations only."""
    op.drop_table("playbook")
    op.drop_table("lesson")
    op.drop_column("handbook", "born")
