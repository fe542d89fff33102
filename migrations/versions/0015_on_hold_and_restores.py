"""Work on hold, a queue for each vendor, and what a restore has to remember."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

HELD = sa.text("hold is not null and done_at is null")
READERS = ("client", "assistant", "operator", "system", "door")
# What 0.1 kept in it marked as done, and nothing read it again.
KEPT_IN = """
update due set done_at = null, needs_person_at = now(), enqueued_at = null, hold = k.hold,
  last_error = k.error
from (select e.id, m.error, case m.error when 'OUTBOUND is off.' then 'outbound'
        when 'No SMTP_URL is set.' then 'smtp' else 'twilio' end as hold
      from message m join event e on e.kind = 'message.written'
        and (e.facts ->> 'message')::bigint = m.id
      where m.direction = 'out' and m.state = 'held'
        and m.error in ('OUTBOUND is off.', 'No SMTP_URL is set.',
          'No TWILIO_ACCOUNT_SID is set.')) k
where due.event_id = k.id and due.reaction = 'send'
"""
QUEUES = """
update due set enqueued_at = null, queue = case reaction when 'pay' then 'pay' when 'fetch_media'
  then 'sms'
  else coalesce((select case m.channel when 'email' then 'mail' else m.channel end from event e
                 join message m on m.id = (e.facts ->> 'message')::bigint
                   where e.id = due.event_id), 'mail') end
where queue = 'outside' and done_at is null
"""
TABLES = ("due", "message", "event")


def upgrade() -> None:
    """Messages that were held wait on hold; open calls to vendors get the queue of their vendor."""
    op.add_column("due", sa.Column("hold", sa.String(10)))
    op.create_index("ix_attachment_sha256", "attachment", ["sha256"])
    op.create_index("ix_due_hold", "due", ["hold", "id"], postgresql_where=HELD)
    for table in TABLES:
        op.execute(f"alter table {table} no force row level security")
    op.execute(KEPT_IN)
    op.execute(QUEUES)
    for table in TABLES:
        op.execute(f"alter table {table} force row level security")
    op.create_table(
        "restored",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("epoch", sa.String(8), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("first_ids", postgresql.JSONB(), nullable=False),
        sa.Column("lost_invoices", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_restored"),
        sa.UniqueConstraint("epoch", name="uq_restored_epoch"),
    )
    op.execute(
        "alter table restored enable row level security; alter table restored force row level"
        " security"
    )
    for role in READERS:
        op.execute(f"grant select on restored to {role}")
        op.execute(f"create policy {role}_select on restored for select to {role} using (true)")


def downgrade() -> None:
    """What is on hold becomes held again, as 0.1 knows it."""
    op.drop_table("restored")
    op.execute("alter table due no force row level security")
    op.execute(
        "update due set done_at = now(), needs_person_at = null where hold is not null and done_at"
        " is null"
    )
    op.execute("update due set queue = 'outside' where queue in ('mail', 'sms', 'pay', 'push')")
    op.execute("alter table due force row level security")
    op.drop_index("ix_attachment_sha256", table_name="attachment")
    op.drop_index("ix_due_hold", table_name="due")
    op.drop_column("due", "hold")
