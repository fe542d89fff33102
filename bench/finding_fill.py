"""A million tasks to search in: sentences of the classifier's own texts in both languages, each
with a made-up name that is rare."""

from __future__ import annotations

import itertools
from pathlib import Path

import psycopg

TEXTS = Path(__file__).resolve().parent.parent / "service" / "triage" / "texts"
SYLLABLES = {
    "en": (
        "bel",
        "kor",
        "ma",
        "ri",
        "ven",
        "tal",
        "do",
        "sun",
        "lar",
        "pe",
        "fo",
        "gri",
        "hal",
        "ni",
        "zu",
    ),
    "ru": (
        "бел",
        "кор",
        "ма",
        "ри",
        "вен",
        "тал",
        "до",
        "сун",
        "лар",
        "пе",
        "фо",
        "гри",
        "хал",
        "ни",
        "зу",
    ),
}
BIG, SMALL = 20_000, 40  # tasks of the big company and of each small one
STATES = "(array['queued', 'working', 'delivered', 'accepted', 'closed', 'cancelled'])"
TRADES = "(array['research', 'copywriting', 'booking', 'accounting', 'design', 'seo', 'smm'])"

TASKS = f"""
insert into task (company_id, number, person_id, title, text, language, channel, state, category,
  private, currency, holder_id, deadline_at)
select c.id, 10000 + g, %(person)s, left(a.words, 90), a.words || '. ' || b.words || ' ' || n.name,
  'en', 'web',
       case when g %% 40 = 0 then 'queued' else {STATES}[2 + g %% 5] end, {TRADES}[1 + g %% 7],
         g %% 20 = 0, 'EUR',
       case when g %% 40 <> 0 then %(person)s + 1 + g %% 500 end, now() + g * interval '1 second'
from generate_series(1, %(count)s) g
join finding_company c on c.place = case when g %% 50 = 0 then 0 else 1 + hashint4(g) & 16383 end
join finding_piece a on a.place = hashint4(g + 7) & %(mask)s
join finding_piece b on b.place = hashint4(g + 11) & %(mask)s
join finding_name n on n.place = g %% 20000
"""
MESSAGES = """
insert into message (company_id, task_id, direction, author_kind, author_id, channel, text)
select t.company_id, t.id, case when t.id %% 2 = 0 then 'said' else 'out' end, 'client',
  t.person_id, 'web', p.words || ' ' || n.name
from task t join finding_piece p on p.place = hashint8(t.id + 3) & %(mask)s
  join finding_name n on n.place = t.id * 7 %% 20000
where t.number > 10000 and t.id %% 5 < 2
"""
FINDABLE = """
insert into findable (company_id, task_id, title, words)
select company_id, id, title, setweight(to_tsvector('russian', title),
  'A') || setweight(to_tsvector('russian', text), 'B')
from task where id > %(task)s
"""
FINDABLE_TOO = """
insert into findable (company_id, task_id, message_id, words)
select company_id, task_id, id, setweight(to_tsvector('russian', text), 'C')
from message where direction = 'said' and id > %(message)s
"""


def fill(owner: psycopg.Connection, count: int) -> None:
    """Tasks, messages and their words; indexes are taken down before and made again afterwards,
    which is quicker."""
    mask = _pieces(owner)
    person = _people(owner)
    with owner.transaction():
        tables = ("task", "message", "findable")
        _force(owner, tables, "no force")
        owner.execute(
            "set local session_replication_role = replica"
        )  # foreign keys hold by the way the rows are made
        indexes = _drop_indexes(owner)
        ((task, message),) = owner.execute(
            "select coalesce(max(id), 0), (select coalesce(max(id), 0) from message) from task"
        ).fetchall()
        owner.execute(TASKS, {"count": count, "person": person, "mask": mask})
        owner.execute("analyze task")
        owner.execute(MESSAGES, {"mask": mask})
        owner.execute(FINDABLE, {"task": task})
        owner.execute(FINDABLE_TOO, {"message": message})
        owner.execute(
            "set local maintenance_work_mem = '512MB'; set local"
            " max_parallel_maintenance_workers = 2"
        )
        for index in indexes:
            owner.execute(index)
        _force(owner, tables, "force")
    owner.execute("vacuum analyze task")
    owner.execute("vacuum analyze message")
    owner.execute("vacuum analyze findable")


def _pieces(owner: psycopg.Connection) -> int:
    """Companies, sentences and names in temporary tables; gives the mask that draws a sentence."""
    lines = [
        line.strip()
        for path in sorted(TEXTS.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    pieces = (lines * 2)[:4096] if len(lines) >= 2048 else (lines * 4)[:4096]
    names = [
        name.title()
        for both in zip(
            *(
                itertools.islice(map("".join, itertools.product(parts, repeat=4)), 10_000)
                for parts in SYLLABLES.values()
            ),
            strict=True,
        )
        for name in both
    ]
    for table, words in (("finding_piece", "words"), ("finding_name", "name")):
        owner.execute(f"create temporary table {table} (place int, {words} text)")
        with owner.cursor().copy(f"copy {table} from stdin") as copy:
            for row in enumerate(pieces if words == "words" else names):
                copy.write_row(row)
        owner.execute(f"analyze {table}")
    return 4095


def _people(owner: psycopg.Connection) -> int:
    """A client, five hundred assistants behind it, and the companies; gives the client's id."""
    with owner.transaction():
        _force(owner, ("company", "person", "membership"), "no force")
        owner.execute(
            "create temporary table finding_company as select g as place, null::bigint as id from"
            " generate_series(0, 16384) g"
        )
        ids = [
            row[0]
            for row in owner.execute(
                "insert into person (name) select 'Person ' || g from generate_series(0, 500) g"
                " returning id"
            )
        ]
        owner.execute(
            "insert into company (slug, name) select 'finding-' || g, 'Finding ' || g from"
            " generate_series(0, 16384) g"
        )
        owner.execute(
            "update finding_company f set id = c.id from company c where c.slug = 'finding-' ||"
            " f.place"
        )
        owner.execute(
            "insert into membership (company_id, person_id, role) select id, %s, 'member' from"
            " finding_company where place < 2",
            (min(ids),),
        )
        _force(owner, ("company", "person", "membership"), "force")
    owner.execute("analyze finding_company")
    return min(ids)


def _force(owner: psycopg.Connection, tables: tuple[str, ...], how: str) -> None:
    for table in tables:
        owner.execute(f"alter table {table} {how} row level security")


def _drop_indexes(owner: psycopg.Connection) -> list[str]:
    """The plain indexes of these tables are dropped; gives what makes them again."""
    found = owner.execute("""select c.relname, pg_get_indexdef(i.indexrelid) from pg_index i
      join pg_class c on c.oid = i.indexrelid
        where i.indrelid in ('task'::regclass, 'message'::regclass, 'findable'::regclass)
          and not i.indisunique""").fetchall()
    for name, _definition in found:
        owner.execute(f"drop index {name}")
    return [definition for _name, definition in found]
