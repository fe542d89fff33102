"""Assistants stand in teams, by name; a board shows one of them or all."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The name of a team; empty where somebody stands in none."""
    op.add_column("staff", sa.Column("team", sa.String(60), server_default="", nullable=False))


def downgrade() -> None:
    """Without teams."""
    op.drop_column("staff", "team")
