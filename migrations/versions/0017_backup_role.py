"""A role for backups, which reads every row and writes none: with forced row-level security nobody
but a superuser could write a backup before."""

from __future__ import annotations

from alembic import op

from migrations import safe

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = (
    "acceptance address agreement api_answer api_key ask attachment charge company criterion "
    "delivery draft due event findable handbook holding inbound invoice invoice_year "
    "ledger_line lesson login login_session login_token membership message pause person "
    "playbook posting praise push_subscription question report restored retelling saved_filter "
    "staff task"
)
# The sequence of a new company's numbers is a part of the backup, too.
MAKE_NUMBERS = """
create or replace function make_numbers() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  -- one may be left of a company that a restored backup does not know
  execute format('drop sequence if exists %I', 'task_number_' || new.id);
  execute format('create sequence %I as integer start 1001', 'task_number_' || new.id);
{grant}  return null;
end $$
"""
GRANT = "  execute format('grant select on sequence %I to backup', 'task_number_' || new.id);\n"


def upgrade() -> None:
    """Let the role read: new sequences first, so that none is made in between."""
    op.execute(MAKE_NUMBERS.replace("{grant}", GRANT))
    op.execute("grant usage on schema public to backup")
    op.execute("grant select on all tables in schema public to backup")
    op.execute("grant select on all sequences in schema public to backup")
    safe.one_by_one(
        f"drop policy if exists backup_select on {table};"
        f" create policy backup_select on {table} for select to backup using (true)"
        for table in TABLES.split()
    )


def downgrade() -> None:
    """Without it."""
    op.execute(MAKE_NUMBERS.replace("{grant}", ""))
    for table in TABLES.split():
        op.execute(f"drop policy if exists backup_select on {table}")
    op.execute("revoke all on all tables in schema public from backup")
    op.execute("revoke all on all sequences in schema public from backup")
    op.execute("revoke usage on schema public from backup")
