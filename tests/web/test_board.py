"""The board: its filters, and one thing for all that are picked, with the way back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.core.time import now
from service.tasks import analysis, lists
from service.tasks.lists import Narrow
from service.tasks.task import Task, find
from tenants import isolation
from tenants.isolation import db
from tests.factory import soon


@pytest.fixture
def desk(world, client):
    """An operator's browser."""
    return world.sign_in(client, world.staff("operator"))


def do(desk, tasks, what, **more):
    answer = desk.post(
        "/desk/board/picked",
        data={"task": tasks, "do": what, "back": "/desk/board?state=queued", **more},
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/board?state=queued")
    return desk.get("/desk/board").get_data(as_text=True)


def undo_in(page):
    return page.split("/desk/board/picked/undo", 1)[1].split('"', 1)[0].replace("&amp;", "&")


def test_the_priority_of_all_that_are_picked_is_set_and_taken_back(world, desk):
    client = world.client()
    picked = [world.task(client, "queued"), world.task(client, "queued", priority="low")]
    page = do(desk, picked, "priority", priority="urgent")
    assert [world.load(one).priority for one in picked] == ["urgent", "urgent"]
    assert desk.post(f"/desk/board/picked/undo{undo_in(page)}").status_code == 303
    assert [world.load(one).priority for one in picked] == ["ordinary", "low"]


def test_a_dead_line_comes_back_as_it_was_even_where_it_has_passed(world, desk):
    client = world.client()
    task_id = world.task(client, "queued")
    passed = now() - timedelta(hours=3)
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            db.text("update task set deadline_at = :at where id = :id"),
            {"at": passed, "id": task_id},
        )
    page = do(desk, [task_id], "move", deadline_at=f"{soon(72):%Y-%m-%dT%H:%M}")
    assert world.load(task_id).deadline_at > now() + timedelta(hours=60)
    desk.post(f"/desk/board/picked/undo{undo_in(page)}")
    assert world.load(task_id).deadline_at == passed


def test_what_has_changed_since_is_not_taken_back(world, desk):
    client = world.client()
    task_id = world.task(client, "queued")
    page = do(desk, [task_id], "priority", priority="urgent")
    do(desk, [task_id], "priority", priority="low")
    desk.post(f"/desk/board/picked/undo{undo_in(page)}")
    assert world.load(task_id).priority == "low"
    assert "can no longer be undone" in desk.get("/desk/board").get_data(as_text=True)


def test_all_are_handed_to_one_and_what_cannot_be_is_said(world, desk):
    client, one = world.client(), world.staff()
    picked = [world.task(client, "queued"), world.task(client, "accepted", one)]
    page = do(desk, picked, "hand", assistant=one.id)
    assert [world.load(each).holder_id for each in picked] == [one.id, one.id]
    assert "1 task changed" in page and "Not possible now" in page


def test_each_client_is_written_to(world, desk):
    client = world.client()
    picked = [world.task(client, "queued") for _twice in range(2)]
    do(desk, picked, "write", text="We begin tomorrow at nine")
    with isolation.transaction(isolation.system("test")):
        said = db.session.scalars(
            db.text(
                "select task_id from message where direction = 'said' and text = 'We begin tomorrow"
                " at nine'"
            )
        ).all()
    assert sorted(said) == sorted(picked)


@pytest.mark.parametrize(
    "form",
    [
        {"do": ""},
        {"do": "move"},
        {"do": "move", "deadline_at": "soon"},
        {"do": "priority", "priority": "x"},
        {"do": "hand"},
        {"do": "write", "text": " "},
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(world, desk, form):
    task_id = world.task(world.client(), "queued")
    before = world.load(task_id).version
    assert 'class="toast is-late"' in do(desk, [task_id], form.pop("do"), **form)
    assert world.load(task_id).version == before


def shown(narrow):
    with isolation.transaction(isolation.operator(0)):
        return [row.task.id for row in lists.board(narrow).rows]


def test_filters_narrow_and_turn_round(world):
    one, two, helper = world.client(), world.client(), world.staff()
    first, second = (
        world.task(one, "queued", deadline_at=soon(90)),
        world.task(one, "assigned", helper, deadline_at=soon(40)),
    )
    other = world.task(two, "queued", deadline_at=soon(20))
    assert shown(Narrow(company=one.company_id)) == [second, first]
    assert shown(Narrow(company=one.company_id, newest=True)) == [second, first]
    assert shown(Narrow("queued", company=one.company_id)) == [first]
    assert shown(Narrow(holder=helper.id)) == [second]
    assert shown(Narrow(company=two.company_id, trade="research")) == [other]
    assert shown(Narrow(company=two.company_id, trade="design")) == []


def test_the_date_is_moved_in_triage_and_put_back(world, desk):
    task_id = world.task(world.client())
    with isolation.transaction(isolation.system("test")):
        analysis.apply_triage(find(task_id), "research", 0.2, None, sure=False)
    was = world.load(task_id).deadline_at
    assert (
        desk.post(
            f"/desk/tasks/{task_id}/triage/date",
            data={"deadline_at": f"{soon(200):%Y-%m-%dT%H:%M}"},
        ).status_code
        == 303
    )
    assert world.load(task_id).deadline_at != was
    back = (
        desk.get(f"/desk/triage?task={task_id}")
        .get_data(as_text=True)
        .split("triage/date/undo", 1)[1]
        .split('"', 1)[0]
    )
    assert desk.post(f"/desk/tasks/{task_id}/triage/date/undo{back}").status_code == 303
    assert world.load(task_id).deadline_at == was


def test_several_teams_share_a_board_that_can_show_one_of_them(world, desk):
    client, north, south = world.client(), world.staff(), world.staff()
    ours, theirs = world.task(client, "working", north), world.task(client, "working", south)
    for person, team in ((north, "North of all"), (south, "South of all")):
        assert (
            desk.post(
                f"/desk/pool/{person.id}",
                data={"trade": "research", "held_limit": "5", "team": f" {team} "},
            ).status_code
            == 303
        )
    board = f"/desk/board?company={client.company_id}"
    whole, one, nobody = (
        desk.get(f"{board}{team}").get_data(as_text=True)
        for team in ("", "&team=North+of+all", "&team=nowhere")
    )
    assert (
        f"/desk/tasks/{ours}" in whole
        and f"/desk/tasks/{theirs}" in whole
        and whole.count('class="label team"') >= 2
    )
    assert (
        f"/desk/tasks/{ours}" in one
        and f"/desk/tasks/{theirs}" not in one
        and one.count('class="label team"') == 1
    )
    assert f"/desk/tasks/{ours}" not in nobody and "Nothing found" in nobody


def mark(task_id, **columns):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(Task.__table__.update().where(Task.id == task_id).values(**columns))


def test_disputes_come_first_then_what_is_late_then_what_is_off_course(world):
    client, helper = world.client(), world.staff()
    course, late, disputed = (
        world.task(client, "working", helper),
        world.task(client, "working", helper),
        world.task(client, "delivered", helper),
    )
    mark(course, off_course_at=now(), deadline_at=now() - timedelta(days=3000))
    mark(late, overdue_at=now(), deadline_at=now() - timedelta(days=2000))
    mark(disputed, disputed_at=now(), deadline_at=now() - timedelta(days=1000))
    with isolation.transaction(isolation.operator(0)):
        found = [row.task.id for row in lists.exceptions(limit=5000)]
    assert [one for one in found if one in (course, late, disputed)] == [disputed, late, course]


READ_ALONG = text("select pg_stat_get_xact_numscans('ix_task_goes_wrong'::regclass)")


def test_the_list_of_what_goes_wrong_is_read_along_its_index(world):
    """With what waits for an operator: a stopped task is in no other list of what is under way."""
    client, helper = world.client(), world.staff()
    stopped, silent, old = (
        world.partly(client, helper, 0, 1),
        world.partly(client, helper, 0, 1),
        world.task(client, "working", helper),
    )
    mark(stopped, state="cancelled", waiting_for="operator")
    mark(silent, waiting_for="operator")
    mark(old, state="cancelled", overdue_at=now())
    with isolation.transaction(isolation.system("test")):
        found = {row.task.id for row in lists.exceptions(limit=5000)}
        assert {stopped, silent} <= found and old not in found
        db.session.execute(text("set local enable_seqscan = off"))
        before = db.session.scalar(READ_ALONG)
        lists.exceptions()
        assert db.session.scalar(READ_ALONG) == before + 1


def test_the_board_names_all_that_need_a_person_and_shows_the_first(world, desk):
    client, helper, made = world.client(), world.staff(held_limit=100), []

    def told(count):
        for _one in range(count):
            made.append(world.task(client, "working", helper))
            mark(made[-1], overdue_at=now(), deadline_at=now() - timedelta(days=1))
        board, first = (
            desk.get("/desk/board").get_data(as_text=True),
            desk.get("/desk").get_data(as_text=True),
        )
        words = re.search(r"(\d+) (or more )?tasks need attention", first)
        assert (
            words[0] in board
            and board.count('class="frow ') == 6
            and first.count('class="frow ') == int(words[1]) >= 7
        )
        return words, board, first

    words, board, first = told(7)
    if not words[2]:
        assert f'<a href="/desk">All {words[1]}</a>' in board and "All overdue tasks" not in first
    words, board, first = told(50)
    assert (
        words[2]
        and '<a href="/desk">All 50+</a>' in board
        and '<a href="/desk/board?state=late">All overdue tasks</a>' in first
    )
    for one in made:
        mark(one, state="cancelled", alarm_at=None, alarm=None)


def test_each_view_is_counted_up_to_a_bound(world):
    client, helper = world.client(), world.staff()

    def views(**bound):
        with isolation.transaction(isolation.operator(0)):
            return lists.view_counts(**bound)

    before = views(most=5000)
    told, late, disputed, red = (
        world.task(client, state, helper) for state in ("retold", "working", "delivered", "working")
    )
    mark(told, waiting_since=now(), waiting_for="client")
    mark(late, deadline_at=now() - timedelta(hours=1), red_line_at=None)
    mark(disputed, disputed_at=now())
    mark(red, red_line_at=now() + timedelta(hours=5))
    assert {view: count - before[view] for view, count in views(most=5000).items()} == {
        "client": 2,
        "red": 1,
        "late": 1,
        "disputed": 1,
    }
    assert set(views(most=1).values()) == {1}


def test_chips_and_tiles_name_the_states_alike(world, desk):
    world.task(world.client(), "delivered", world.staff())
    board, first = (
        re.sub(r"<[^>]+>", " ", desk.get(path).get_data(as_text=True))
        for path in ("/desk/board", "/desk")
    )
    for words in (
        "In queue",
        "Assigned",
        "Briefed",
        "Awaiting confirmation",
        "In progress",
        "Delivered",
    ):
        assert words in board and words in first


def test_words_and_filters_narrow_together(world, desk):
    one, two, north, south = world.client(), world.client(), world.staff(), world.staff()
    first = world.task(one, "working", north, text="Compare zirconium kettles by weight")
    other, ended = (
        world.task(two, "working", south, text="Compare zirconium kettles by price"),
        world.task(two, "accepted", south, text="Find zirconium kettles"),
    )
    mark(first, deadline_at=now() - timedelta(hours=1))
    assert (
        desk.post(
            f"/desk/pool/{north.id}",
            data={"trade": "research", "held_limit": "5", "team": "Of kettles"},
        ).status_code
        == 303
    )

    def found(more):
        page = (
            desk.get(f"/desk/board?q=zirconium{more}")
            .get_data(as_text=True)
            .partition("<tbody data-rows>")[2]
        )
        return [
            int(task_id)
            for task_id in re.findall(r'class="b-what"><a href="/desk/tasks/(\d+)"', page)
        ]

    assert sorted(found("")) == sorted([first, other, ended])
    assert (
        found(f"&company={one.company_id}")
        == found("&team=Of+kettles")
        == found("&state=late")
        == [first]
    )
    assert found(f"&company={two.company_id}&order=newest") == [ended, other]


def test_where_nothing_fits_the_way_to_all_is_open(world, desk):
    page = desk.get("/desk/board?q=xylophonequartz").get_data(as_text=True)
    assert (
        "No tasks match these words and filters." in page
        and '<a class="btn" href="/desk/board">Show all</a>' in page
    )
