"""Drafts and saved filters: one person's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MINE = "person_id = wall_person()"
READERS = ("client", "assistant", "operator")


def upgrade() -> None:
    """Make the tables and force the wall on them."""
    op.create_table(
        "draft",
        sa.Column(
            "person_id",
            sa.BigInteger(),
            sa.ForeignKey("person.id", name="fk_draft_person_id"),
            nullable=False,
        ),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_draft"),
    )
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column(
            "person_id",
            sa.BigInteger(),
            sa.ForeignKey("person.id", name="fk_saved_filter_person_id"),
            nullable=False,
        ),
        sa.Column("path", sa.String(100), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_filter"),
    )
    op.create_index("ix_saved_filter_person", "saved_filter", ["person_id", "path", "id"])
    for table in ("draft", "saved_filter"):
        _own(table)
    op.execute(
        "grant usage on all sequences in schema public to client, assistant, operator, system"
    )


def _own(table: str) -> None:
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    for role, what in (*((reader, MINE) for reader in READERS), ("system", "true")):
        op.execute(f"grant select, insert, update, delete on {table} to {role}")
        op.execute(
            f"create policy {role}_all on {table} for all to {role} using ({what}) with check"
            f" ({what})"
        )


def downgrade() -> None:
    """Take them away, for tests of the migrations only."""
    op.drop_table("saved_filter")
    op.drop_table("draft")
