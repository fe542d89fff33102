"""The demo desk, loaded once into a database of its own: what is on it, and that it stands as if
the house had lived it."""

from __future__ import annotations

import os
import re
import time
from collections import defaultdict
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg.rows import namedtuple_row

from service.tasks import states
from tests.servers import copy_database

PASSWORD = "demo desk 12"
RED, STEADY = "red_line", ("queued", "assigned", "briefed", "retold", "working")


@pytest.fixture(scope="module")
def loaded(application):
    """This process's database put aside for a fresh one with the demo desk in it; gives when and in
    how long it was loaded."""
    from devdesk import demo
    from tenants.isolation import db

    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    name = re.search(r"/(desk_\w+)\?", os.environ["OWNER_DATABASE_URL"])[1]
    with admin() as owner:
        owner.execute(f'alter database "{name}" rename to "{name}_aside"')
    copy_database(os.environ["TEST_OWNER_URL"], name)
    began, before = time.monotonic(), datetime.now(UTC)
    with application.app_context():
        assert demo.load_if_empty(PASSWORD)
        assert not demo.load_if_empty(PASSWORD)
        db.session.remove()
    yield before, time.monotonic() - began
    with application.app_context():
        db.session.remove()
        db.engine.dispose()
    with admin() as owner:
        owner.execute(f'drop database "{name}" with (force)')
        owner.execute(f'alter database "{name}_aside" rename to "{name}"')


def admin():
    return psycopg.connect(
        os.environ["TEST_OWNER_URL"].replace("/desk?", "/postgres?"), autocommit=True
    )


@pytest.fixture
def rows(loaded):
    """Asks the demo's database as the system does."""
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], row_factory=namedtuple_row) as owner:
        owner.execute("set role system")
        yield lambda query, *values: owner.execute(query, values).fetchall()


def one(found):
    return found[0][0]


def test_it_loads_in_seconds(loaded):
    print(f"loaded in {loaded[1]:.1f} s")
    assert loaded[1] < 15  # six on a quiet machine


def test_who_is_there(rows):
    assert one(rows("select count(*) from company")) == 12
    assert {row.currency for row in rows("select currency from company")} == {"EUR", "USD", "RUB"}
    assert (
        one(rows("select max(length(name)) from company")) == 60
        and one(rows("select min(length(name)) from company")) == 2
    )
    seats = [row.n for row in rows("select count(*) n from membership group by company_id")]
    assert len(seats) == 12 and min(seats) == 1 and max(seats) == 5
    assert one(rows("select count(*) from handbook where length(text) > 100")) == 12
    pool = rows(
        "select s.trades, p.zone from staff s join person p on p.id = s.person_id where role ="
        " 'assistant'"
    )
    assert len(pool) == 25 and len({row.zone for row in pool}) == 6
    assert sorted(len(row.trades) for row in pool)[-1] == 21 and all(
        2 <= len(row.trades) <= 7 for row in pool if len(row.trades) != 21
    )
    assert rows(
        "select p.name from address a join person p on p.id = a.person_id join company c on c.id ="
        " a.company_id where a.value = '+37120000001' and c.slug = 'demo' and c.name = 'Lindqvist"
        " Coffee Roasters Oy'"
    ) == [("Ingrid Lindqvist",)]
    everybody = rows("select password_hash from login")
    assert all(row.password_hash for row in everybody)


def test_every_state_is_on_the_desk(rows):
    count = {row.state: row.n for row in rows("select state, count(*) n from task group by state")}
    assert set(count) == set(states.STATE_NAMES)
    assert sum(count[state] for state in states.OPEN_STATES) == 140
    assert (
        count["triage"] + count["received"] == 8
        and 30 <= count["queued"] <= 40
        and count["working"] >= 35
    )
    assert sum(count[state] for state in states.ENDED_STATES) >= 390
    assert one(rows("select count(distinct text) from task")) == sum(count.values())
    assert (
        one(rows("select count(*) from task where disputed_at is not null and state = 'delivered'"))
        == 4
    )


def test_the_board_has_marks_on_both_sides_of_now(rows):
    for column in ("red_line_at", "deadline_at"):
        past, ahead = rows(
            f"select count(*) filter (where {column} < now()) past, count(*) filter (where {column}"
            " > now()) ahead from task where state = any(%s)",
            list(STEADY),
        )[0]
        assert past >= 5 and ahead >= 40, column
    shortest, longest = rows(
        "select min(deadline_at - created_at) a, max(deadline_at - created_at) b from task where"
        " state = any(%s)",
        list(STEADY),
    )[0]
    assert shortest.total_seconds() < 3 * 3600 and longest.days >= 18
    for wanted in (
        "private",
        "priority = 'urgent'",
        "budget is not null",
        "project is not null",
        "overdue_at is not null",
        "off_course_at is not null",
        "waiting_since is not null",
    ):
        assert one(
            rows(f"select count(*) from task where {wanted} and state = any(%s)", list(STEADY))
        ), wanted


def test_no_red_line_lies_behind_its_dead_line_and_nothing_lies_ahead(rows):
    assert (
        rows("select id from task where red_line_at > deadline_at or red_line_at < created_at")
        == []
    )
    for table in (
        "event",
        "holding",
        "pause",
        "retelling",
        "agreement",
        "report",
        "delivery",
        "acceptance",
        "praise",
        "question",
        "posting",
    ):
        assert rows(f"select id from {table} where at > now()") == [], table
    assert (
        rows(
            "select id from task where created_at > now() or ended_at > now() or waiting_since >"
            " now()"
        )
        == []
    )


def test_events_are_those_that_the_steps_allow(rows):
    lives = defaultdict(list)
    for row in rows(
        "select e.*, t.holder_id, t.person_id from event e join task t on t.id = e.task_id order by"
        " e.at, e.id"
    ):
        lives[row.task_id].append(row)
    now_in = {row.id: row for row in rows("select * from task")}
    for task_id, events in lives.items():
        state, moves = None, 0
        for event in events:
            if move := states.TRANSITIONS.get(event.kind):
                assert event.kind == "task.received" or state in move.sources, (
                    task_id,
                    event.kind,
                    state,
                )
                assert event.by_kind in move.who or (
                    event.by_kind == "assistant" and states.ASSIGNEE in move.who
                ), (event.kind, event.by_kind)
                state, moves = move.target or state, moves + 1
        assert (state, moves) == (now_in[task_id].state, now_in[task_id].version), task_id
        assert [event.id for event in events] == sorted(event.id for event in events)


def test_facts_are_there_for_every_state(rows):
    for table, reached in (
        ("holding", ("assigned", "briefed", "retold", "working", "delivered", "accepted")),
        ("retelling", ("retold", "working", "delivered", "accepted")),
        ("agreement", ("working", "delivered", "accepted")),
        ("report", ("delivered", "accepted")),
        ("delivery", ("delivered", "accepted")),
        ("acceptance", ("accepted",)),
    ):
        assert (
            rows(
                f"select t.id from task t left join {table} f on f.task_id = t.id where t.state ="
                " any(%s) and f.id is null",
                list(reached),
            )
            == []
        ), table
    assert (
        rows(
            "select id from report r where not exists (select from agreement a where a.task_id ="
            " r.task_id and a.at < r.at)"
        )
        == []
    )


def test_alarms_are_ahead_and_only_where_something_will_be_done(rows, loaded):
    assert rows("select id from task where alarm_at <= %s", loaded[0]) == []
    assert (
        rows(
            "select id from task where state in ('closed', 'cancelled', 'refused', 'deleted') and"
            " alarm_at is not null"
        )
        == []
    )
    assert (
        rows("select id from task where waiting_since is not null and alarm_at is not null") == []
    )
    running = rows(
        "select id from task where state = any(%s) and waiting_since is null and deadline_at >"
        " now() and alarm_at is null",
        list(STEADY),
    )
    assert running == []


def test_nothing_is_due_from_before_the_load(rows, loaded):
    left = rows("select reaction, created_at from due where done_at is null")
    assert 0 < len(left) <= 10 and all(row.created_at >= loaded[0] for row in left)
    assert (
        rows("select d.id from due d join event e on e.id = d.event_id where e.at < %s", loaded[0])
        == []
    )


def test_the_books_are_right(rows):
    assert (
        rows(
            "select posting_id from ledger_line group by posting_id having sum(amount) <> 0 or"
            " count(*) <> 2"
        )
        == []
    )
    assert (
        rows(
            "select c.id from charge c join task t on t.id = c.task_id where c.amount <> t.price or"
            " c.currency <> t.currency"
        )
        == []
    )
    assert one(rows("select count(*) from charge")) > 300
    assert one(rows("select count(*) from charge where state = 'failed'")) >= 3
    open_ = one(rows("select coalesce(sum(amount), 0) from charge where state <> 'paid'"))
    assert one(rows("select sum(amount) from ledger_line where account = 'receivable'")) == open_


def test_invoices_run_without_a_gap_in_the_order_of_their_days(rows):
    numbers = rows(
        "select number, issued_at, extract(year from issued_at at time zone 'UTC')::int as year"
        " from invoice order by issued_at, id"
    )
    by_year = defaultdict(list)
    for row in numbers:
        by_year[row.year].append(int(row.number.rsplit("-", 1)[1]))
    assert all(found == list(range(1001, 1001 + len(found))) for found in by_year.values())
    assert {row.year: row.last for row in rows("select * from invoice_year")} == {
        year: found[-1] for year, found in by_year.items()
    }
    assert (
        rows(
            "select c.id from charge c left join invoice i on i.charge_id = c.id where i.id is null"
        )
        == []
    )
    assert (
        rows(
            "select c.id from company c where next_number(id) <= (select max(number) from task t"
            " where t.company_id = c.id)"
        )
        == []
    )


def test_an_invoice_of_the_past_is_set_as_pdf(application, rows):
    from service.billing import invoice_pdf
    from tenants import isolation

    with application.app_context():
        for row in rows("select max(i.id) id from invoice i group by currency"):
            with isolation.transaction(isolation.system("test")):
                assert invoice_pdf.pdf(row.id).startswith(b"%PDF")


def test_messages_wait_for_an_operator(rows):
    waiting = rows("select channel, reason from inbound where state = 'needs_person'")
    assert {"sms", "email", "voice"} <= {row.channel for row in waiting} and len(waiting) >= 6
    assert rows("select id from inbound where state = 'kept'") == []


def test_clients_were_written_to_and_may_answer_by_letter(rows):
    assert (
        one(
            rows(
                "select count(*) from message where direction = 'out' and state in ('sent',"
                " 'delivered')"
            )
        )
        > 150
    )
    assert rows("select id from message where text ~ '[{}]' or subject ~ '[{}]' or text = ''") == []
    waits = "(waiting_since is not null or (state = 'delivered' and disputed_at is null))"
    assert (
        rows(
            "select t.id from task t left join ask a on a.task_id = t.id and a.closed_at is null"
            f" where {waits} and a.id is null and not exists (select from due d join event e on"
            " e.id = d.event_id where e.task_id = t.id)"
        )
        == []
    )
    assert (
        rows(
            "select person_id from ask where closed_at is null group by task_id, person_id having"
            " count(*) > 1"
        )
        == []
    )


def test_the_figures_have_something_to_say(rows):
    months = rows(
        "select date_trunc('month', created_at) m, currency, sum(amount) from charge group by 1, 2"
    )
    assert len({row.m for row in months}) >= 3
    scores = [row.score for row in rows("select score from task where score is not null")]
    assert sum(score >= 80 for score in scores) / len(scores) > 0.85 and min(scores) < 80
    assert one(rows("select count(*) from question where answered_at > at")) >= 5
    assert (
        one(rows("select count(*) from praise")) > 100
        and one(rows("select count(*) from event where kind = 'task.reworked'")) >= 8
    )
    assert one(rows("select count(*) from attachment")) >= 5


@pytest.mark.parametrize(
    ("email", "paths"),
    [
        (
            "client@demo.example",
            ["/app/demo/", "/app/demo/tasks", "/app/demo/billing", "/app/demo/people"],
        ),
        ("assistant@demo.example", ["/work", "/work/month"]),
        (
            "operator@demo.example",
            [
                "/desk",
                "/desk/triage",
                "/desk/board",
                "/desk/messages",
                "/desk/pool",
                "/desk/reports",
            ],
        ),
        ("supervisor@demo.example", ["/desk", "/desk/board"]),
        ("admin@demo.example", ["/desk"]),
        ("vetrov@sever.example", ["/app/sever/", "/app/sever/billing"]),
    ],
)
def test_its_pages_render(application, loaded, email, paths):
    browser = application.test_client()
    assert browser.post("/login", data={"email": email, "password": PASSWORD}).status_code in (
        302,
        303,
    )
    for path in paths:
        assert browser.get(path).status_code == 200, path


def test_every_open_task_of_the_first_company_has_its_page(application, rows):
    browser = application.test_client()
    browser.post("/login", data={"email": "client@demo.example", "password": PASSWORD})
    for row in rows(
        "select number from task t join company c on c.id = t.company_id where c.slug = 'demo' and"
        " state = any(%s)",
        list(states.OPEN_STATES),
    ):
        assert browser.get(f"/app/demo/tasks/{row.number}").status_code == 200, row.number
