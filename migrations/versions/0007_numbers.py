"""A task's number comes from its company's own sequence: a counter in the company's row made its
tasks queue up, each until the one before was on the disk. A number that was drawn for nothing
leaves a gap."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FIRST = 1001
FUNCTIONS = f"""
create function make_numbers() returns trigger language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  -- one may be left of a company that a restored backup does not know
  execute format('drop sequence if exists %I', 'task_number_' || new.id);
  execute format('create sequence %I as integer start {FIRST}', 'task_number_' || new.id);
  return null;
end $$;
create trigger make_numbers after insert on company for each row execute function make_numbers();

create function next_number(company bigint) returns integer language plpgsql security definer
  set search_path = public, pg_temp as $$
begin
  if current_setting('role') = 'client' and company is distinct from wall_company() then
    raise insufficient_privilege using message = 'the numbers of another company';
  end if;
  return nextval(format('%I', 'task_number_' || company)::regclass);
end $$;

create function number_on_from(company bigint, last integer) returns void language sql security
  definer set search_path = public, pg_temp as $$
  select setval(format('%I', 'task_number_' || company)::regclass, last)
$$;
revoke execute on function make_numbers(), next_number(bigint), number_on_from(bigint, integer)
  from public;
grant execute on function next_number(bigint) to client, operator, system;
grant execute on function number_on_from(bigint, integer) to system
"""


def upgrade() -> None:
    """Every company goes on from where its counter stands."""
    op.execute("alter table company no force row level security")
    op.execute(f"""do $$
declare
  c record;
begin
  for c in select id, last_number from company loop
    execute format('create sequence %I as integer start %s', 'task_number_' || c.id,
      greatest(c.last_number + 1, {FIRST}));
  end loop;
end $$""")
    op.execute("alter table company force row level security")
    op.execute(FUNCTIONS)
    op.execute("alter table company drop column last_number")
    op.execute("drop index ix_task_number")


def downgrade() -> None:
    """Back to a counter in the company's row."""
    op.execute("create index ix_task_number on task (number)")
    op.execute(
        "alter table company no force row level security; alter table task no force row level"
        " security"
    )
    op.execute("alter table company add column last_number integer not null default 1000")
    op.execute(
        "update company c set last_number = coalesce((select max(number) from task t where"
        " t.company_id = c.id), 1000)"
    )
    op.execute(
        "alter table company force row level security; alter table task force row level security"
    )
    op.execute("grant update (last_number) on company to client")
    op.execute("drop trigger make_numbers on company")
    op.execute("drop function make_numbers(), next_number(bigint), number_on_from(bigint, integer)")
    op.execute("""do $$
declare
  c record;
begin
  for c in select relname from pg_class where relkind = 'S'
    and relname like 'task\\_number\\_%' loop
    execute format('drop sequence %I', c.relname);
  end loop;
end $$""")
