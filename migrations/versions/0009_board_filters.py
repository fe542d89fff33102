"""The board by company and by what came last: each walks an index of what is under way alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNDER_WAY = "state in ('queued', 'assigned', 'briefed', 'retold', 'working', 'delivered')"


def upgrade() -> None:
    """Partial, so that a new task costs nothing and the check of a foreign key is not misled."""
    op.create_index(
        "ix_task_company_under_way",
        "task",
        ["company_id", "deadline_at", "id"],
        postgresql_where=sa.text(UNDER_WAY),
    )
    op.create_index("ix_task_newest_under_way", "task", ["id"], postgresql_where=sa.text(UNDER_WAY))


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_task_newest_under_way", table_name="task")
    op.drop_index("ix_task_company_under_way", table_name="task")
