"""The board's lists walk along an index of what is under way, and of what goes wrong, however many
tasks there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNDER_WAY = "state in ('queued', 'assigned', 'briefed', 'retold', 'working', 'delivered')"
GOES_WRONG = (
    "(disputed_at is not null or overdue_at is not null or off_course_at is not null) and state in"
    " ('received', 'triage', 'queued', 'assigned', 'briefed', 'retold', 'working', 'delivered')"
)


def upgrade() -> None:
    """Two indexes in the order in which the lists are read."""
    op.create_index(
        "ix_task_under_way", "task", ["deadline_at", "id"], postgresql_where=sa.text(UNDER_WAY)
    )
    op.create_index(
        "ix_task_goes_wrong", "task", ["deadline_at", "id"], postgresql_where=sa.text(GOES_WRONG)
    )


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_task_under_way", table_name="task")
    op.drop_index("ix_task_goes_wrong", table_name="task")
