"""Who sees a queued task is said once, in a function that policies and search share."""

from __future__ import annotations

from alembic import op

from migrations import safe

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Plain enough to be put in its place by the planner, so that indexes by state are used as before.
FUNCTION = """
create or replace function task_is_queued_for_reader(state text, category text) returns boolean
  language sql stable parallel safe
  return state = 'queued' and category = any (wall_trades())
"""
NEW = "task_is_queued_for_reader({t}state, {t}category)"
OLD = "{t}state = 'queued' and {t}category = any (wall_trades())"
SERVED = (
    "exists (select 1 from task t where t.company_id = {column} and t.holder_id = wall_person())"
    " or exists (select 1 from task t where t.company_id = {column} and {queued})"
)
SEARCH = """
create or replace function find_for_assistant(q text, most int, states text[] default null,
  trade text default null, held_by bigint default null)
  returns table (id bigint, rank real) language plpgsql stable security definer
    set search_path = public, pg_temp
  set plan_cache_mode = force_custom_plan set enable_seqscan = off
    set max_parallel_workers_per_gather = 0
  set pg_trgm.word_similarity_threshold = 0.45 as $$
#variable_conflict use_column
declare
  asked text := left(q, 200);
  looked_for tsquery := find_query(asked);
  looked text[] := find_looked(asked);
  numbered int := find_number(asked);
  bound int := least(greatest(coalesce(most, 0), 0), 200);
  me bigint := wall_person();
begin
  return query
    select s.task_id, max(s.rank) from (
      (select t.id as task_id, 2::real as rank from task t
       where t.number = numbered and {seen} and {wanted} order by t.id desc limit 200)
      union all
      (select t.id, ts_rank(to_tsvector('russian', t.title || ' ' || t.text), looked_for) from (
         select id, company_id, person_id, private, holder_id, state, category, title, text
           from task
         where id > (select coalesce(max(task_id), 0) from findable) order by id desc limit 300) t
       where to_tsvector('russian', t.title || ' ' || t.text) @@ looked_for and {seen}
         and {wanted})
      union all
      (select f.task_id, ts_rank(f.words, looked_for) from ({own}) o
         join findable f on f.task_id = o.id
         join task t on t.id = o.id
       where f.words @@ looked_for and {seen} and {wanted} limit 400)
      union all
      (select n.task_id, n.rank from (
         select f.task_id, ts_rank(f.words, looked_for) as rank from findable f
         where f.words @@ looked_for order by f.id desc limit 300) n
         join task t on t.id = n.task_id where {seen} and {wanted})) s
    group by s.task_id order by 2 desc, 1 desc limit bound;
  if not found and cardinality(looked) > 0 then
    return query select t.id, n.rank from (
      select o.id, word_similarity(array_to_string(looked, ' '), f.title) as rank from ({own}) o
        join findable f on f.task_id = o.id and f.message_id is null
      where f.title %> looked[1] and (looked[2] is null or f.title %> looked[2])
        and (looked[3] is null or f.title %> looked[3])
      union all
      (select u.id, word_similarity(array_to_string(looked, ' '), u.title) as rank from (
         select id, title from task where id > (select coalesce(max(task_id), 0) from findable)
           order by id desc limit 300) u
       where u.title %> looked[1] and (looked[2] is null or u.title %> looked[2])
         and (looked[3] is null or u.title %> looked[3]))) n
      join task t on t.id = n.id where {seen} and {wanted} order by 2 desc, 1 desc limit bound;
  end if;
end $$
"""
# After a backup was put into another database by hand, its functions belong to who did that.
TO_FINDER = """
do $$
begin
  if exists (select from pg_proc where proowner <> 'finder'::regrole
    and oid = 'find_for_assistant(text, integer, text[], text, bigint)'::regprocedure) then
    alter function find_for_assistant(text, integer, text[], text, bigint) owner to finder;
  end if;
end $$
"""
OWN = """(select id from task where holder_id = me order by id desc limit 600)
       union all (select id from task where {queued} order by id desc limit 600)"""
WANTED = (
    "(states is null or t.state = any (states)) and (trade is null or t.category = trade)"
    " and (held_by is null or t.holder_id = held_by)"
)


def upgrade() -> None:
    """Make the function, then the policies that ask it, then search."""
    op.execute(FUNCTION)
    safe.one_by_one(_policies(NEW))
    _search(NEW)


def downgrade() -> None:
    """The rule stands in each policy and in search again."""
    _search(OLD)
    for policy in _policies(OLD):
        op.execute(policy)
    op.execute("drop function task_is_queued_for_reader(text, text)")


def _policies(rule: str) -> list[str]:
    seen = f"holder_id = wall_person() or ({rule.format(t='')})"
    queued = rule.format(t="t.")
    return [
        f"alter policy assistant_select on task using ({seen});"
        f" alter policy assistant_update on task using ({seen})",
        *(
            f"alter policy assistant_select on {table}"
            f" using ({SERVED.format(column=f'{table}.{column}', queued=queued)})"
            for table, column in (("company", "id"), ("handbook", "company_id"))
        ),
    ]


def _search(rule: str) -> None:
    """Search's functions belong to `finder`, who may make none but for this moment, and may set
    what pg_trgm brings only once it is loaded."""
    body = SEARCH.format(
        seen=f"(t.holder_id = me or ({rule.format(t='t.')}))",
        own=OWN.format(queued=rule.format(t="")),
        wanted=WANTED,
    )
    op.execute("select word_similarity('', '')")
    op.execute("grant create on schema public to finder")
    op.execute(TO_FINDER)
    op.execute("set local role finder")
    op.execute(body)
    op.execute("reset role")
    op.execute("revoke create on schema public from finder")
