"""Spending limits: of a company in a month, of one task, of a member in a month; and until when the
card that is kept is good."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COMPANY = ("limit_month", "limit_task", "card_until")


def upgrade() -> None:
    """Sums in minor units, empty is none. The wall lets a company's own people write them, and a
    membership's only its owners."""
    op.add_column("company", sa.Column("limit_month", sa.BigInteger))
    op.add_column("company", sa.Column("limit_task", sa.BigInteger))
    op.add_column("company", sa.Column("card_until", sa.Date))
    op.add_column("membership", sa.Column("limit_month", sa.BigInteger))
    op.execute(f"grant update ({', '.join(COMPANY)}) on company to client")
    # Partial, so that the check of a foreign key cannot take it for the table's key.
    op.create_index(
        "ix_charge_month",
        "charge",
        ["company_id", "created_at"],
        postgresql_where=sa.text("amount > 0"),
    )


def downgrade() -> None:
    """Without limits."""
    op.drop_index("ix_charge_month", table_name="charge")
    op.drop_column("membership", "limit_month")
    for column in reversed(COMPANY):
        op.drop_column("company", column)
