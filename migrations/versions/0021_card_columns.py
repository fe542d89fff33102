"""Which card a company pays with is written by the service alone: it comes from the vendor."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None
breaks = (
    "Until the web processes are restarted, adding a card answers 500; the same form works"
    " afterwards. It does not wait for a release, because any statement of a client could lead a"
    " company's payments elsewhere."
)

COLUMNS = "stripe_customer, stripe_method, card_label, card_until"


def upgrade() -> None:
    """Take the columns from clients."""
    op.execute(f"revoke update ({COLUMNS}) on company from client")


def downgrade() -> None:
    """As it was."""
    op.execute(f"grant update ({COLUMNS}) on company to client")
