"""Search in a million tasks: for each reader, beside the same query by the owner without the
wall."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg

from bench import finding_fill
from tenants import isolation
from tests.running_desk import RunningDesk

COUNT, TURNS = 1_000_000, 12
WORDS = {
    "common": ("client", "реклама"),
    "rare": ("Belkormari", "Белкормари"),
    "two words": ("find suppliers", "аренда офис"),
    "typo": ("recieps", "рекламмный"),
}
YARDSTICK = """
select f.task_id from findable f where f.words @@ websearch_to_tsquery('russian', %s)
  order by ts_rank(f.words, websearch_to_tsquery('russian', %s)) desc limit 50
"""
TYPO_YARDSTICK = (
    "select f.task_id from findable f where %s <%% f.title order by word_similarity(%s, f.title)"
    " desc limit 50"
)


def measure(desk: RunningDesk, told: Callable[[str, str, str], None], count: int = COUNT) -> None:
    """Fill, then ask as each reader does: scope, function and rows through the wall."""
    settings = desk.settings()
    with psycopg.connect(settings["OWNER_DATABASE_URL"], autocommit=True) as owner:
        began = time.monotonic()
        finding_fill.fill(owner, count)
        told(f"search: {count} tasks filled in (s)", f"{time.monotonic() - began:.0f}", "")
        scopes = _scopes(owner)
        beside = {kind: _plain(owner, kind, words) for kind, words in WORDS.items()}
    with psycopg.connect(settings["DATABASE_URL"]) as login:
        for reader, scope in scopes.items():
            for kind, words in WORDS.items():
                p50, p95 = _times(lambda word, scope=scope: _ask(login, scope, word), words)
                told(
                    f"search, {reader}, {kind}, {' / '.join(words)} (ms)",
                    f"p50 {p50:.1f}, p95 {p95:.1f}",
                    f"target p95 60; owner without the wall {beside[kind]}",
                )


def _scopes(owner: psycopg.Connection) -> dict[str, isolation.AccessScope]:
    """A reader of each kind."""
    ((big, small, person, helper),) = owner.execute(
        """select max(c.id) filter (where slug = 'finding-0'),
          max(c.id) filter (where slug = 'finding-1'),
        (select max(id) from person where name = 'Person 0'), (select max(id) from person
          where name = 'Person 7') from company c"""
    ).fetchall()
    return {
        "client of 20,000 tasks": isolation.client(person, big),
        "client of 60 tasks": isolation.client(person, small),
        "assistant": isolation.assistant(helper, ("research", "copywriting", "booking")),
        "operator": isolation.operator(person),
    }


def _ask(login: psycopg.Connection, scope: isolation.AccessScope, word: str) -> None:
    login.execute(isolation.SET_SCOPE_PLAIN, scope.settings())
    ids = [
        row[0] for row in login.execute(f"select id from find_for_{scope.role}(%s, 50)", (word,))
    ]
    login.execute(
        "select t.*, c.name from task t join company c on c.id = t.company_id where t.id = any(%s)",
        (ids,),
    ).fetchall()
    login.rollback()


def _plain(owner: psycopg.Connection, kind: str, words: tuple[str, ...]) -> str:
    """The yardstick's p50 and p95."""
    query = TYPO_YARDSTICK if kind == "typo" else YARDSTICK
    p50, p95 = _times(lambda word: owner.execute(query, (word, word)).fetchall(), words, turns=4)
    return f"{p50:.1f}, {p95:.1f}"


def _times(
    ask: Callable[[str], object], words: tuple[str, ...], turns: int = TURNS
) -> tuple[float, float]:
    """p50 and p95 in ms, each word in turn; once before, as any desk that is in use has done."""
    taken = []
    for turn in range(-1, turns):
        for word in words:
            began = time.perf_counter()
            ask(word)
            if turn >= 0:
                taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
