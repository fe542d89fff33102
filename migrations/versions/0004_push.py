"""Push subscriptions, behind the wall: only the service itself reads where a browser is reached and
with which keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

VERBS = {
    "select": "using (true)",
    "insert": "with check (true)",
    "update": "using (true) with check (true)",
    "delete": "using (true)",
}


def upgrade() -> None:
    """The table, its index, its policies."""
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.String(length=100), nullable=False),
        sa.Column("auth", sa.String(length=40), nullable=False),
        sa.Column("agent", sa.String(length=200), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_push_subscription_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["login_session.id"],
            name=op.f("fk_push_subscription_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscription_endpoint")),
    )
    op.create_index(
        "ix_push_subscription_open",
        "push_subscription",
        ["person_id"],
        postgresql_where="ended_at is null",
    )
    op.create_index(op.f("ix_push_subscription_session_id"), "push_subscription", ["session_id"])
    op.execute("alter table push_subscription enable row level security")
    op.execute("alter table push_subscription force row level security")
    op.execute(f"grant {', '.join(VERBS)} on push_subscription to system")
    op.execute("grant usage on sequence push_subscription_id_seq to system")
    for verb, rule in VERBS.items():
        op.execute(f"create policy system_{verb} on push_subscription for {verb} to system {rule}")


def downgrade() -> None:
    """Take it away, for tests of the migrations only."""
    op.drop_table("push_subscription")
