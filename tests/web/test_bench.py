"""The assistant's pages: the brief point by point, the handbook and what is new in it, playbooks, a
queue of none, one and five hundred."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from service.catalogue import playbooks
from service.core.time import now
from service.tasks import assignment, briefing, events, parameters, red_line
from service.tasks.parameters import Parameters
from service.tasks.pauses import retell_by
from service.tasks.task import find
from service.web.filters import dates
from tenants import handbook, isolation
from tenants.isolation import db


def read(application, helper, path):
    with application.app_context():
        browser = application.test_client()
    browser.post("/login", data={"email": helper.email, "password": "correct horse battery"})
    answer = browser.get(path)
    assert answer.status_code == 200
    return browser, answer.text


def write_handbook(client, words, at=None):
    with isolation.transaction(client.scope):
        handbook.write(client.company_id, words, client.id, at)


def briefed(task_id):
    with isolation.transaction(isolation.system("test")):
        return [
            event.facts for event in events.history(find(task_id)) if event.kind == "task.briefed"
        ][-1]


def test_one_key_notes_every_point(world):
    client, helper = world.client(), world.staff()
    write_handbook(client, "Plain and warm")
    task_id = world.task(client, "briefed", helper)
    assert briefed(task_id) == {
        "noted": ["quantity", "price", "deadline", "criteria", "handbook"],
        "points": 5,
    }


def test_ticked_points_are_kept_and_said_on_the_folded_stage(world, application):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "assigned", helper)
    browser, page = read(application, helper, f"/work/{task_id}")
    assert page.count("data-tick>") == 4
    browser.post(f"/work/{task_id}/briefing", data={"point": ["price", "deadline", "nonsense"]})
    assert briefed(task_id) == {"noted": ["price", "deadline"], "points": 4}
    assert re.search(r"2 of 4 points, today \d\d:\d\d", browser.get(f"/work/{task_id}").text)


def test_what_counts_the_touched_points_stands_as_elements(world, application):
    helper = world.staff()
    page = read(application, helper, f"/work/{world.task(world.client(), 'briefed', helper)}")[1]
    assert "Your text covers <b data-count></b> of <b data-all></b> points of the brief." in page


def test_the_points_are_those_that_the_brief_has(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "assigned", helper, priority="urgent", project="Spring")
    with isolation.transaction(client.scope):
        parameters.change(find(task_id), client.actor, Parameters(outcome="A table of three"))
    with isolation.transaction(helper.scope):
        assert briefing.points_of(find(task_id)) == [
            "outcome",
            "quantity",
            "price",
            "deadline",
            "limits",
            "project",
            "criteria",
        ]


def test_what_is_new_in_the_handbook_since_the_last_task_for_them_is_marked(world, application):
    client, helper = world.client(), world.staff()
    write_handbook(client, "Tone: plain and warm", datetime.now(UTC) - timedelta(days=9))
    first = world.task(client, "accepted", helper)
    assert "your first task for them" in read(application, helper, f"/work/{first}")[1]
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update holding set at = now() - interval '1 day' where task_id = :id"),
            {"id": first},
        )
    write_handbook(client, "Tone: plain and warm\nAgnes is in the office in the mornings")
    second = world.task(client, "assigned", helper)
    page = read(application, helper, f"/work/{second}")[1]
    assert "1 new since your last task for them" in page
    assert 'Agnes is in the office in the mornings <span class="badge is-yours">new</span>' in page
    assert page.count(">new<") == 1


def test_a_line_is_proposed_from_the_bench_and_an_error_keeps_what_was_typed(world, application):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    browser, _page = read(application, helper, f"/work/{task_id}")
    refused = browser.post(f"/work/{task_id}/lessons", data={"lesson": "no"})
    assert refused.status_code == 422
    assert ">no</textarea>" in refused.text
    browser.post(f"/work/{task_id}/lessons", data={"lesson": "He answers fastest by SMS"})
    assert "He answers fastest by SMS" in browser.get(f"/work/{task_id}").text
    owner, page = read(application, client, f"/app/{client.slug}/handbook")
    lesson_id = re.search(r"/handbook/lessons/(\d+)", page)[1]
    owner.post(f"/app/{client.slug}/handbook/lessons/{lesson_id}", data={"verdict": "accept"})
    assert "He answers fastest by SMS</textarea>" in owner.get(f"/app/{client.slug}/handbook").text
    assert (
        owner.post(
            f"/app/{client.slug}/handbook/lessons/{lesson_id}", data={"verdict": "accept"}
        ).status_code
        == 409
    )


def test_the_desk_decides_on_the_companys_page(world, application):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "working", helper)
    browser, _page = read(application, helper, f"/work/{task_id}")
    browser.post(f"/work/{task_id}/lessons", data={"lesson": "Prices per set of four"})
    desk, page = read(application, world.staff("operator"), f"/desk/companies/{client.company_id}")
    action = re.search(r'action="(/desk/companies/\d+/lessons/\d+)"', page)[1]
    desk.post(action, data={"verdict": "accept"})
    with isolation.transaction(client.scope):
        assert handbook.of(client.company_id).text == "Prices per set of four"


def test_a_playbook_is_written_by_the_desk_and_read_by_the_trade(world, application):
    desk, _page = read(application, world.staff("supervisor"), "/desk/playbooks")
    helper, elsewhere = world.staff(), world.staff(trades=["legal"])
    task_id = world.task(world.client(), "assigned", helper)
    assert (
        desk.post(
            "/desk/playbooks/research", data={"en": "Two sources for each figure.", "ru": ""}
        ).status_code
        == 303
    )
    assert "Two sources for each figure." in read(application, helper, "/work/playbooks")[1]
    assert "Two sources for each figure." in read(application, helper, f"/work/{task_id}")[1]
    assert "Two sources for each figure." not in read(application, elsewhere, "/work/playbooks")[1]
    refused = desk.post("/desk/playbooks/research", data={"en": "x" * (playbooks.MAX_TEXT + 5)})
    assert refused.status_code == 422
    desk.post("/desk/playbooks/research", data={"en": "", "ru": ""})
    assert "No playbooks yet" in read(application, helper, "/work/playbooks")[1]
    assert desk.get("/desk/playbooks/juggling").status_code == 404


def test_playbooks_are_read_by_staff_alone_and_written_by_the_desk_alone(world):
    from sqlalchemy.exc import DBAPIError

    with (
        pytest.raises(DBAPIError, match="permission denied"),
        isolation.transaction(world.client().scope),
    ):
        playbooks.written()
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        isolation.transaction((helper := world.staff()).scope),
    ):
        playbooks.write("research", "en", "As I like it", helper.id)


def test_the_handbooks_are_those_of_the_companies_in_hand(world, application):
    helper, mine, other = world.staff(), world.client(), world.client()
    for client, words in ((mine, "We like it short"), (other, "Nobody else reads this")):
        write_handbook(client, words)
    assert "No handbooks yet" in read(application, helper, "/work/handbooks")[1]
    world.task(mine, "assigned", helper)
    page = read(application, helper, "/work/handbooks")[1]
    assert "We like it short" in page
    assert "Nobody else reads this" not in page


def test_none_one_and_five_hundred_in_the_queue(world, application):
    helper, client = world.staff(trades=["legal"], held_limit=7), world.client()
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text(
                "update task set category = 'research' where category = 'legal' and state ="
                " 'queued'"
            )
        )
    page = read(application, helper, "/work")[1]
    assert "The queue is empty" in page
    assert "No tasks in hand" in page
    assert "0 of 7 task slots used" in page
    task_id = world.task(client, "queued")
    as_legal = text("update task set category = 'legal' where id = :id")
    with isolation.transaction(isolation.system("test")):
        db.session.execute(as_legal, {"id": task_id})
    assert (
        'id="take-h">Available tasks <span class="count">1</span>'
        in read(application, helper, "/work")[1]
    )
    copy_many(task_id, 499)
    page = read(application, helper, "/work")[1]
    assert '<span class="count">99+</span>' in page
    assert page.count("<tr data-row") == 50
    assert "Show more" in page
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text(
                "update task set state = 'cancelled' where category = 'legal' and state = 'queued'"
            )
        )


def copy_many(task_id, count):
    with isolation.transaction(isolation.system("test")):
        columns = [
            row[0]
            for row in db.session.execute(
                text(
                    "select column_name from information_schema.columns where table_schema ="
                    " 'public' and table_name = 'task' and column_name not in ('id', 'number',"
                    " 'inbound_id')"
                )
            )
        ]
        names = ", ".join(columns)
        db.session.execute(
            text(
                f"insert into task (number, {names}) select number + n, {names} from task,"
                " generate_series(1, :count) n where id = :id"
            ),
            {"id": task_id, "count": count},
        )


def test_a_retelling_is_due_half_way_to_the_red_line(world):
    task = world.load(world.task(world.client(), "assigned", world.staff()))
    half = task.created_at + (task.red_line_at - task.created_at) / 2
    assert abs(retell_by(task) - half) <= timedelta(minutes=8)


def test_a_report_of_who_held_it_before_has_a_name(world, application):
    first, second, operator = world.staff(), world.staff(), world.staff("operator")
    task_id = world.task(world.client(), "working", first)
    with isolation.transaction(first.scope):
        red_line.report(find(task_id), first.actor, 40, on_time=True)
    with isolation.transaction(operator.scope):
        assignment.assign(find(task_id), operator.actor, second.id)
    stage = (
        read(application, second, f"/work/{task_id}")[1]
        .partition('id="redline"')[2]
        .partition("</p>")[0]
    )
    assert f"on schedule, {first.actor.name}, <time" in stage


def test_a_task_that_may_be_taken_is_marked_in_the_queue_while_it_is_open(world, application):
    helper = world.staff()
    task_id = world.task(world.client(), "queued", deadline_at=now() + timedelta(hours=3))
    page = read(application, helper, f"/work/{task_id}")[1]
    rows = [
        row
        for row in page.split('<li class="qrow')
        if 'aria-current="true"' in row.partition(">")[0]
    ]
    assert len(rows) == 1 and f'href="/work/{task_id}"' in rows[0]


def test_no_is_a_word_and_a_number_is_a_sign(world, application):
    helper = world.staff()
    task_id = world.task(world.client(), "working", helper)
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update person set language = 'ru' where id = :id"), {"id": helper.id}
        )
    assert re.search(
        r'name="on_time" value="0"[^>]*> Нет</label>',
        read(application, helper, f"/work/{task_id}")[1],
    )
    assert "№" in read(application, helper, "/work")[1]


def test_where_the_date_stands_the_name_of_the_day_does_not(application):
    near, far = (now() + timedelta(days=days) for days in (2, 20))
    with application.test_request_context():
        assert dates.short_day(near) == dates.day(near)
        assert dates.day(far).partition(" ")[2] == dates.short_day(far)
        assert dates.short_day(None) == ""
