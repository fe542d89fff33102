"""Search: what is found, in both languages, and what never is. The words are learnt by the clock,
here by `learn`."""

from __future__ import annotations

import os
import uuid

import psycopg
import pytest

from service.messages import message
from service.search import index, query
from service.tasks import assignment
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db

SIGNATURE = "(text, int, text[], text, bigint)"


@pytest.fixture
def desk(app):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        yield connection
        connection.rollback()


def learn():
    with isolation.transaction(isolation.system("test")):
        while index.index_changes():
            pass


def found(scope, q, limit=50, **narrowed):
    with isolation.transaction(scope):
        return [row.task.id for row in query.tasks(q, limit, **narrowed)]


def by_role(desk, scope, q, role=None, most=50):
    """What the role's function gives, asked in plain SQL."""
    desk.rollback()
    desk.execute(isolation.SET_SCOPE_PLAIN, scope.settings())
    return [
        row[0]
        for row in desk.execute(f"select id from find_for_{role or scope.role}(%s, %s)", (q, most))
    ]


def rare():
    """A word that no other test has: letters only."""
    return "q" + "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:11])


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Extend the lease of the office", "leases"),
        ("Compare three suppliers", "supplier compare"),
        ("Продлить аренду склада", "аренды"),
        ("Нужна аренда склада", "аренду склад"),
        ("Сделать расчёт налога", "расчет"),
        ("Find a notary in Riga", "nota"),
        ("Позвонить нотариусу", "нота"),
        ("Find translators", "trasnlators"),
        ("Подобрать поставщиков", "поставщеков"),
    ],
)
def test_word_forms_beginnings_and_typos_find_in_both_languages(world, said, asked):
    person = world.client()
    task, other = world.task(person, text=said), world.task(person, text="Water the plants")
    learn()
    ids = found(person.scope, asked)
    assert task in ids and other not in ids


def test_a_task_is_found_before_its_words_are_learnt(world):
    person, stranger, word = world.client(), world.client(), rare()
    task = world.task(person, text=f"Find {word}")
    asked = (word, word[:-1] + "z")
    assert [found(person.scope, q) for q in asked] == [[task], [task]] and [
        found(stranger.scope, q) for q in asked
    ] == [[], []]
    learn()
    assert found(person.scope, word) == [task]


def test_in_a_burst_nothing_is_left_out_while_it_is_learnt(world, monkeypatch):
    learn()
    person, helper, word = world.client(), world.staff(), rare()
    tasks = [
        world.task(person, "working", helper, text=f"Find {word}, {number}") for number in range(5)
    ]
    with isolation.transaction(helper.scope):
        message.say(find(tasks[-1]), helper.actor, "I begin with this one.")
    monkeypatch.setattr(index, "BATCH_SIZE", 2)
    for _twice in range(2):
        with isolation.transaction(isolation.system("test")):
            index.index_changes()
        assert sorted(found(person.scope, word)) == tasks


def test_a_title_of_words_that_the_index_leaves_out_is_found_by_its_looks(world):
    person = world.client()
    task = world.task(person, text="All at once")
    assert found(person.scope, "All at once") == [task]
    learn()
    assert found(person.scope, "All at once") == [task]


def test_words_of_the_text_and_of_messages_find_the_task_once(world):
    person, helper, word = world.client(), world.staff(), rare()
    task = world.task(person, "working", helper, text=f"Book a hotel. It has to be near {word}.")
    with isolation.transaction(helper.scope):
        message.say(
            find(task), helper.actor, f"Nothing is free near {word}, but there is {word}zu."
        )
    learn()
    assert (
        found(person.scope, word)
        == found(person.scope, f"{word}zu")
        == found(helper.scope, word)
        == [task]
    )


def test_a_word_in_the_title_goes_before_the_same_word_in_a_text(world):
    person, word = world.client(), rare()
    titled = world.task(person, text=f"Call {word}")
    world.task(person, text=f"Call the bank. Then call {word}.")
    learn()
    assert found(person.scope, word)[0] == titled


def test_a_number_finds_the_task_of_that_number_at_once(world):
    person, stranger = world.client(), world.client()
    task, theirs = world.task(person), world.task(stranger)
    number = world.load(task).number
    assert found(person.scope, str(number)) == found(person.scope, f" #{number}") == [task]
    assert {task, theirs} <= set(found(world.staff("operator").scope, str(number), limit=200))


def test_filters_narrow_what_is_found(world):
    person, helper, word = world.client(), world.staff(), rare()
    queued, held = (
        world.task(person, "queued", text=f"Ask {word}"),
        world.task(person, "working", helper, text=f"Write to {word}"),
    )
    learn()
    operator = world.staff("operator").scope
    assert found(operator, word, states=["queued"]) == [queued]
    assert found(operator, word, assignee=helper.id) == [held]
    assert (
        set(found(operator, word, category="research")) == {queued, held}
        and found(operator, word, category="legal") == []
    )


def test_nothing_of_another_company_is_found(world, desk):
    a, b, word = world.client(), world.client(), rare()
    task = world.task(b, text=f"Sell {word}")
    learn()
    assert found(b.scope, word) == [task] and found(a.scope, word) == []
    for asked in (word, word[:-1] + "z", str(world.load(task).number), "Sell", f'"{word}"'):
        assert task not in by_role(desk, a.scope, asked, most=200)


def test_a_private_task_is_found_by_its_person_and_the_owners_alone(world, desk):
    owner, word = world.client(), rare()

    class Company:
        id, slug = owner.company_id, owner.slug

    member, other = world.client(Company, role="member"), world.client(Company, role="member")
    task = world.task(member, text=f"Surgery with {word}", private=True)
    with isolation.transaction(member.scope):
        message.say(find(task), member.actor, f"{word}xyz is the doctor")
    learn()
    for asked in (word, f"{word}xyz", word[:-1] + "z", str(world.load(task).number)):
        assert (
            by_role(desk, member.scope, asked)[:1]
            == by_role(desk, owner.scope, asked)[:1]
            == [task]
        )
        assert by_role(desk, other.scope, asked) == []


def test_an_assistant_finds_what_they_hold_and_their_queue_until_it_is_given_back(world, desk):
    person, helper, elsewhere, word = (
        world.client(),
        world.staff(),
        world.staff(trades=["legal"]),
        rare(),
    )
    task = world.task(person, "queued", text=f"Find {word}")
    world.task(person, text=f"Not sorted yet, {word}")
    learn()
    assert (
        by_role(desk, helper.scope, word) == [task] and by_role(desk, elsewhere.scope, word) == []
    )
    with (
        isolation.transaction(elsewhere.scope),
        pytest.raises(Exception),  # noqa: B017 (they cannot even see it)
    ):
        assignment.claim(find(task), elsewhere.actor)
    with isolation.transaction(helper.scope):
        assignment.claim(find(task), helper.actor)
    narrow = isolation.assistant(helper.id, ("legal",))
    assert by_role(desk, narrow, word) == [task] and by_role(desk, world.staff().scope, word) == []
    with isolation.transaction(helper.scope):
        assignment.give_back(find(task), helper.actor, "ill")
    for asked in (word, word[:-1] + "z", str(world.load(task).number)):
        assert task not in by_role(desk, narrow, asked)


def test_without_a_scope_nothing_is_found(world, desk):
    person, word = world.client(), rare()
    world.task(person, text=f"Find {word}")
    learn()
    assert (
        by_role(desk, isolation.AccessScope("client"), word)
        == by_role(desk, isolation.AccessScope("assistant"), word)
        == []
    )
    desk.rollback()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute("select * from find_for_operator('x', 1)")


def test_each_function_is_run_by_its_own_role_alone(world, desk):
    scopes = {
        "client": world.client().scope,
        "assistant": world.staff().scope,
        "operator": world.staff("operator").scope,
        "door": isolation.unauthenticated("test"),
        "system": isolation.system("test"),
    }
    for role, scope in scopes.items():
        for function in ("client", "assistant", "operator"):
            if role != function:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    by_role(desk, scope, "x", function)
        for helper in ("find_near(array['x'], null)", "find_query('x')", "find_number('1')"):
            desk.rollback()
            desk.execute(isolation.SET_SCOPE_PLAIN, scope.settings())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                desk.execute(f"select {helper}")


def test_the_finder_is_nobody_who_could_log_in_and_reads_little(app, desk):
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"]) as owner:
        assert owner.execute(
            "select rolcanlogin, rolbypassrls, rolsuper from pg_roles where rolname = 'finder'"
        ).fetchone() == (False, False, False)
        assert owner.execute(
            "select count(*) from pg_auth_members where roleid = 'finder'::regrole and member ="
            " 'desk'::regrole"
        ).fetchone() == (0,)
        for function in ("client", "assistant", "operator"):
            assert owner.execute(
                "select proowner::regrole::text, proconfig[1] from pg_proc where proname = %s",
                (f"find_for_{function}",),
            ).fetchone() == ("finder", "search_path=public, pg_temp")
        assert not owner.execute(
            "select has_table_privilege('finder', 'message', 'select') or"
            " has_column_privilege('finder', 'task', 'price', 'select') or"
            " has_table_privilege('finder', 'task', 'insert, update, delete') or"
            " has_schema_privilege('finder', 'public', 'create')"
        ).fetchone()[0]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute("set role finder")


def test_what_is_found_is_bounded(world, desk):
    person, word = world.client(), rare()
    for _turn in range(3):
        world.task(person, text=f"Find {word}")
    learn()
    assert (
        len(by_role(desk, person.scope, word, most=2))
        == len(found(person.scope, word, limit=2))
        == 2
    )
    assert (
        by_role(desk, person.scope, word, most=-1)
        == by_role(desk, person.scope, word, most=None)
        == []
    )
    assert len(by_role(desk, person.scope, word, most=10**9)) == 3


@pytest.mark.parametrize(
    "odd",
    [
        "'",
        '"',
        "'; drop table task; --",
        "%",
        "_",
        "\\",
        "a\\b\\",
        "\x00",
        "a\x00b",
        "x" * 10_000,
        "word " * 2_000,
        "the",
        "and the",
        "и в на",
        "-",
        "-find",
        "or",
        "a or -b",
        '"find',
        "!&|()<->:*",
        "find:*",
        "'find':*",
        "😀",
        "\ud800",
        "½",
        "١٠٤٨",
        "9" * 30,
        "#",
        "№ 1",
        " ",
        "",
        "\n",
        "a'b''c",
        "{}",
        "%s %(q)s",
    ],
)
def test_odd_input_finds_nothing_odd_and_is_no_fault(world, odd):
    person = world.client()
    world.task(person, text="Water the plants")
    learn()
    assert found(person.scope, odd) == []
    for someone in (world.staff(), world.staff("operator")):
        found(someone.scope, odd, limit=5)


def test_people_and_companies_are_found_as_far_as_the_reader_sees_them(world):
    a, b, word = world.client(), world.client(), rare().title()
    with isolation.transaction(isolation.system("test")):
        from tenants.company import Company
        from tenants.people import Person

        for someone in (a, b):
            db.session.get(Person, someone.id).name = f"Anna {word}"
        db.session.get(Company, b.company_id).name = f"{word} 100% Ltd"
    with isolation.transaction(world.staff("operator").scope):
        assert (
            [one.id for one in query.companies(word)]
            == [one.id for one in query.companies(f"{word} 100%")]
            == [b.company_id]
        )
        assert [one.id for one in query.companies(word[:-2] + "zz")] == [b.company_id]
        assert {one.id for one in query.people(f"anna {word}")} == {a.id, b.id}
    with isolation.transaction(a.scope):
        assert [one.id for one in query.people(word)] == [a.id] and query.companies(word) == []
    with isolation.transaction(world.staff().scope):
        assert query.people(word) == query.companies(word) == []


def test_the_lists_look_through_search_and_keep_their_filters(world, application):
    person, word, operator = world.client(), rare(), world.staff("operator")
    task = world.load(world.task(person, "queued", text=f"Find {word}"))
    learn()
    browser = world.sign_in(application.test_client(), person)
    assert task.title in browser.get(f"/app/{person.slug}/tasks?q={word}&state=queued").get_data(
        as_text=True
    )
    assert task.title not in browser.get(
        f"/app/{person.slug}/tasks?q={word}&state=closed"
    ).get_data(as_text=True)
    board = world.sign_in(application.test_client(), operator)
    assert task.title in board.get(f"/desk/board?q={word}").get_data(as_text=True)
    assert task.title not in board.get(f"/desk/board?q={word}&state=working").get_data(as_text=True)
    program, key = application.test_client(), {"Authorization": f"Bearer {world.key(person)}"}
    answer = program.get(f"/api/v1/tasks?q={word}&limit=1", headers=key).json
    assert [one["id"] for one in answer["data"]] == [task.id] and answer["next"] is None
    assert program.get(f"/api/v1/tasks?q={word}&state=closed", headers=key).json["data"] == []


def test_the_palette_offers_what_its_reader_may_open(world, application):
    person, stranger, helper, word = (
        world.client(language="ru"),
        world.client(),
        world.staff(),
        rare(),
    )
    task = world.load(world.task(person, "working", helper, text=f"Find {word}"))
    learn()
    offered = {}
    for name, someone in (
        ("client", person),
        ("stranger", stranger),
        ("assistant", helper),
        ("operator", world.staff("operator")),
    ):
        browser = world.sign_in(application.test_client(), someone)
        offered[name] = browser.get(f"/find?q={word}").json
        for line in [one for kind in offered[name].values() for one in kind]:
            assert browser.get(line["url"]).status_code == 200
    assert {name: [one["url"] for one in lines["tasks"]] for name, lines in offered.items()} == {
        "client": [f"/app/{person.slug}/tasks/{task.number}"],
        "stranger": [],
        "assistant": [f"/work/{task.id}"],
        "operator": [f"/desk/tasks/{task.id}"],
    }
    assert (
        offered["client"]["tasks"][0]["state"] == "В работе"
        and offered["operator"]["tasks"][0]["state"] == "In progress"
    )


def test_the_palette_refuses_another_companys_desk_and_words_that_are_none(world, application):
    person, stranger = world.client(), world.client()
    browser = world.sign_in(application.test_client(), person)
    assert browser.get(f"/find?q=x&company={stranger.slug}").status_code == 404
    assert (
        browser.get("/find").status_code
        == browser.get(f"/find?q={'x' * 101}").status_code
        == browser.get("/find?q=%20").status_code
        == 422
    )
    assert application.test_client().get("/find?q=x").status_code == 302
