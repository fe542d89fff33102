"""What a retelling made exact, and how often a client and an assistant have worked together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column of pairs, and an index of scored tasks that begins with the assistant."""
    op.add_column(
        "retelling",
        sa.Column("differences", JSONB(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.create_index(
        "ix_task_pair",
        "task",
        ["holder_id", "company_id"],
        postgresql_include=["score"],
        postgresql_where=sa.text("score is not null"),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_task_pair", table_name="task")
    op.drop_column("retelling", "differences")
