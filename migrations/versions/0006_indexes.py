"""Fresh due work is taken queue by queue; indexes that stood twice, or misled the check of a
foreign key, are gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FRESH = sa.text("enqueued_at is null and done_at is null and needs_person_at is null")
# The same columns have a unique key.
TWICE = {
    "ix_task_company_recent": "task",
    "ix_event_company": "event",
    "ix_charge_company": "charge",
}


def upgrade() -> None:
    """Only a table's key that others refer to begins with the company."""
    op.drop_index("ix_due_fresh", table_name="due")
    op.create_index("ix_due_fresh", "due", ["queue", "due_at"], postgresql_where=FRESH)
    for index, table in TWICE.items():
        op.drop_index(index, table_name=table)
    op.drop_index("ix_task_company_state", table_name="task")
    op.create_index("ix_task_state_company", "task", ["state", "company_id", "deadline_at"])
    op.drop_constraint("uq_task_company_id_number", "task")
    op.create_unique_constraint("uq_task_number_company_id", "task", ["number", "company_id"])


def downgrade() -> None:
    """As it was."""
    op.drop_constraint("uq_task_number_company_id", "task")
    op.create_unique_constraint("uq_task_company_id_number", "task", ["company_id", "number"])
    op.drop_index("ix_task_state_company", table_name="task")
    op.create_index("ix_task_company_state", "task", ["company_id", "state", "deadline_at"])
    for index, table in TWICE.items():
        op.create_index(index, table, ["company_id", "id"])
    op.drop_index("ix_due_fresh", table_name="due")
    op.create_index("ix_due_fresh", "due", ["due_at"], postgresql_where=FRESH)
