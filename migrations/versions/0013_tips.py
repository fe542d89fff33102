"""A tip is a charge of its own, beside the one for the work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A task has at most one charge of each kind."""
    op.add_column("charge", sa.Column("kind", sa.String(10), server_default="work", nullable=False))
    op.drop_constraint("uq_charge_task_id", "charge", type_="unique")
    op.create_unique_constraint("uq_charge_task_id_kind", "charge", ["task_id", "kind"])


def downgrade() -> None:
    """One charge for each task; where there are tips, it stops."""
    op.drop_constraint("uq_charge_task_id_kind", "charge", type_="unique")
    op.create_unique_constraint("uq_charge_task_id", "charge", ["task_id"])
    op.drop_column("charge", "kind")
