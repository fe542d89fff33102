"""The wall, with plain SQL under the application's own login: every table, every role, and each
pitfall that was met."""

from __future__ import annotations

import os
import re

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tenants import isolation, roles
from tenants.isolation import db

# Tables without row-level security, each with its reason.
OPEN = {
    "alembic_version": (
        "holds the name of the last migration and nothing else; the roles have no right to it"
    )
}


@pytest.fixture
def desk():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def owner():
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture
def two(world):
    """Two companies, each with a task that has come through every step, and a person."""
    a, b, helper = world.client(), world.client(), world.staff()
    tasks = [world.task(one, "accepted", helper) for one in (a, b)]
    _fill_the_rest(world, a, b)
    return a, b, tasks


def _fill_the_rest(world, *clients):
    """A row in every table that the straight way leaves empty, so that the proof below cannot pass
    on nothing."""
    with isolation.transaction(isolation.system("test")):
        from service.billing import charges, ledger
        from service.core.actor import THE_SYSTEM
        from service.messages import prompts
        from service.messages.message import Message
        from service.search import index
        from service.tasks import events, questions, review
        from service.tasks.attachments import Attachment
        from service.tasks.lessons import Lesson
        from service.tasks.pauses import Pause
        from service.tasks.task import Task
        from tenants import handbook
        from tenants.isolation import db

        for one in clients:
            task = db.session.scalars(
                db.select(Task).where(Task.company_id == one.company_id)
            ).first()
            both = {"company_id": task.company_id, "task_id": task.id}
            event = events.write("task.noted", THE_SYSTEM, task=task)
            db.session.add_all(
                [
                    questions.Question(**both, text="Which?"),
                    review.Praise(**both, text="Thanks"),
                    Pause(**both, why="question"),
                    Attachment(**both, name="a.txt", type="text/plain", size=1, sha256=b"1"),
                    Message(
                        **both,
                        direction="said",
                        author_kind="client",
                        author_id=one.id,
                        channel="web",
                        text="Hello",
                    ),
                ]
            )
            prompts.open_prompt(task, one.id, "retelling", 1, "sms", ["Y"])
            handbook.write(one.company_id, "Ours", one.id)
            db.session.add(Lesson(**both, text="They like it short"))
            charges.charge_for(task, event.id)
            index.index_changes()
            assert ledger.balance(one.company_id) > 0


def tables(owner):
    return [
        name
        for (name,) in owner.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where"
            " n.nspname = 'public' and c.relkind in ('r', 'p') order by 1"
        )
    ]


def with_company(owner):
    return [
        name
        for (name,) in owner.execute(
            "select table_name from information_schema.columns where table_schema = 'public' and"
            " column_name = 'company_id' order by 1"
        )
    ]


def enter(connection, scope):
    connection.execute(isolation.SET_SCOPE_PLAIN, scope.settings())


def test_every_table_is_behind_the_wall(app, owner):
    forced = dict(
        owner.execute(
            "select relname, relrowsecurity and relforcerowsecurity from pg_class where relkind in"
            " ('r', 'p')"
        ).fetchall()
    )
    unprotected = [name for name in tables(owner) if not forced[name] and name not in OPEN]
    assert unprotected == []


def test_a_new_table_without_a_policy_is_noticed(app, owner):
    owner.execute("create table forgotten (id int, company_id int)")
    try:
        with pytest.raises(AssertionError):
            test_every_table_is_behind_the_wall(app, owner)
    finally:
        owner.execute("drop table forgotten")


def test_no_view_or_definer_function_goes_round_the_wall(app, owner):
    views = owner.execute(
        "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where nspname = 'public' and relkind in ('v', 'm')"
    ).fetchall()
    definers = owner.execute(
        "select proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where nspname = 'public' and prosecdef"
    ).fetchall()
    # Search: its functions belong to a role that nobody can take; tests/search tries them.
    # Numbers: below.
    assert views == []
    assert {name for (name,) in definers} == {
        "find_for_client",
        "find_for_assistant",
        "find_for_operator",
        "make_numbers",
        "next_number",
        "number_on_from",
    }


def test_a_company_draws_its_own_numbers_alone(world):
    ours, theirs = world.client(), world.client()
    draw = text("select next_number(:company)")
    with isolation.transaction(ours.scope):
        first = db.session.scalar(draw, {"company": ours.company_id})
        assert db.session.scalar(draw, {"company": ours.company_id}) == first + 1
    with pytest.raises(DBAPIError, match="another company"), isolation.transaction(ours.scope):
        db.session.execute(draw, {"company": theirs.company_id})
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        isolation.transaction(isolation.unauthenticated("test")),
    ):
        db.session.execute(draw, {"company": ours.company_id})
    with pytest.raises(DBAPIError, match="permission denied"), isolation.transaction(ours.scope):
        db.session.execute(text("select number_on_from(:company, 5)"), {"company": ours.company_id})
    with pytest.raises(DBAPIError, match="permission denied"), isolation.transaction(ours.scope):
        db.session.execute(text(f"select last_value from task_number_{theirs.company_id}"))


def test_without_a_scope_nothing_is_seen_or_written(app, owner, desk):
    for name in tables(owner):
        for statement in (
            "select 1 from {} limit 1",
            "delete from {}",
            "insert into {} default values",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                desk.execute(sql.SQL(statement).format(sql.Identifier(name)))
            desk.rollback()


def test_the_login_inherits_nothing_from_its_roles(app, desk):
    found = desk.execute(
        "select count(*) from pg_auth_members m where m.member = current_user::regrole and"
        " m.inherit_option"
    ).fetchone()
    assert found == (0,)
    rights = desk.execute(
        "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user"
    ).fetchone()
    assert rights == (False, False, False)


def test_with_as_scope_nothing_of_bs_is_seen(two, owner, desk):
    a, b, _tasks = two
    empty = []
    for name in with_company(owner):
        rows = owner_count(owner, name, b.company_id)
        if not rows:
            empty.append(name)
        enter(desk, isolation.client(a.id, a.company_id, owner=True))
        try:
            seen = desk.execute(
                sql.SQL("select count(*) from {} where company_id = %s").format(
                    sql.Identifier(name)
                ),
                (b.company_id,),
            ).fetchone()
        except psycopg.errors.InsufficientPrivilege:
            seen = (0,)
        assert seen == (0,), name
        desk.rollback()
    # api_key, login_token and api_answer belong to sign-in or to a program; the other tables all
    # had rows of B's.
    assert set(empty) <= {"api_key", "login_token", "api_answer"}, empty


def owner_count(owner, name, company_id):
    """How many rows of a company there are, seen by the system."""
    with owner.transaction():
        try:
            with owner.transaction():
                owner.execute("set local role system")
                return owner.execute(
                    sql.SQL("select count(*) from {} where company_id = %s").format(
                        sql.Identifier(name)
                    ),
                    (company_id,),
                ).fetchone()[0]
        except psycopg.errors.InsufficientPrivilege:
            return 0


def test_with_as_scope_nothing_of_bs_is_changed(two, owner, desk):
    a, b, _tasks = two
    for name in with_company(owner):
        for statement in (
            "update {} set company_id = company_id where company_id = %s",
            "delete from {} where company_id = %s",
        ):
            enter(desk, isolation.client(a.id, a.company_id, owner=True))
            try:
                changed = desk.execute(
                    sql.SQL(statement).format(sql.Identifier(name)), (b.company_id,)
                ).rowcount
            except psycopg.errors.InsufficientPrivilege:
                changed = 0
            assert changed == 0, (name, statement)
            desk.rollback()


def test_a_row_of_as_cannot_be_written_into_b(two, desk):
    a, b, (_mine, theirs) = two
    for statement in (
        (
            "insert into criterion (company_id, task_id, position, text) values (%(b)s, %(task)s,"
            " 1, 'x')"
        ),
        (
            "insert into message (company_id, task_id, direction, author_kind, author_id, channel,"
            " text) values (%(b)s, %(task)s, 'said', 'client', %(me)s, 'web', 'x')"
        ),
        "insert into event (company_id, kind, by_kind) values (%(b)s, 'task.noted', 'client')",
    ):
        enter(desk, isolation.client(a.id, a.company_id, owner=True))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute(statement, {"b": b.company_id, "task": theirs, "me": a.id})
        desk.rollback()


def test_a_foreign_key_to_bs_row_is_refused(two, desk):
    a, _b, (_mine, theirs) = two
    enter(desk, isolation.client(a.id, a.company_id, owner=True))
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        desk.execute(
            "insert into criterion (company_id, task_id, position, text) values (%s, %s, 1, 'x')",
            (a.company_id, theirs),
        )


def test_every_foreign_key_to_a_companys_row_carries_the_company(app, owner):
    """A plain key would accept another company's row; where the company may be unknown, a composite
    one stands beside it."""
    plain = owner.execute("""
        select conrelid::regclass::text, confrelid::regclass::text from pg_constraint f
        where contype = 'f' and array_length(conkey, 1) = 1
          and confrelid in (select attrelid from pg_attribute where attname = 'company_id'
            and attnum > 0)
          and conrelid in (select attrelid from pg_attribute where attname = 'company_id'
            and attnum > 0)
          and not exists (select 1 from pg_constraint g where g.contype = 'f'
            and g.conrelid = f.conrelid and g.confrelid = f.confrelid
                          and array_length(g.conkey, 1) > 1)""").fetchall()
    # Events and inbound messages may have no company yet; keys of api_answer are the key's own.
    assert {(a, b) for a, b in plain} <= {
        ("posting", "event"),
        ("charge", "event"),
        ("task", "inbound"),
        ("message", "inbound"),
        ("api_answer", "api_key"),
    }, plain


def test_a_private_task_is_seen_by_its_person_and_the_owners_alone(world, desk):
    owner_person = world.client()
    member = world.client(_company_of(owner_person), role="member")
    other = world.client(_company_of(owner_person), role="member")
    task = world.task(member, private=True)
    for person, seen in ((member, 1), (owner_person, 1), (other, 0)):
        enter(desk, person.scope)
        assert desk.execute("select count(*) from task where id = %s", (task,)).fetchone() == (
            seen,
        )
        assert desk.execute(
            "select count(*) from event where task_id = %s", (task,)
        ).fetchone() == (seen,)
        desk.rollback()


def _company_of(someone):
    class Company:
        id, slug = someone.company_id, someone.slug

    return Company


def test_an_assistant_sees_what_they_hold_and_what_is_queued_in_their_trades(world, desk):
    client, holder, other, elsewhere = (
        world.client(),
        world.staff(),
        world.staff(),
        world.staff(trades=["legal"]),
    )
    held, queued, received = (
        world.task(client, "working", holder),
        world.task(client, "queued"),
        world.task(client),
    )
    for person, expected in ((holder, {held, queued}), (other, {queued}), (elsewhere, set())):
        enter(desk, person.scope)
        seen = {
            row[0]
            for row in desk.execute(
                "select id from task where id = any(%s)", ([held, queued, received],)
            )
        }
        assert seen == expected
        desk.rollback()


def test_after_a_local_setting_the_connection_is_clean(two, desk):
    a, _b, _tasks = two
    enter(desk, isolation.client(a.id, a.company_id))
    desk.commit()
    assert desk.execute("select current_setting('wall.company', true)").fetchone() == ("",)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        desk.execute("select 1 from task")


def test_a_thousand_turns_through_the_pool_mix_nothing_up(two, app):
    from sqlalchemy import text

    from tenants.isolation import db

    a, b, _tasks = two
    for turn in range(1000):
        who = (a, b)[turn % 2]
        with isolation.transaction(who.scope):
            assert db.session.execute(
                text("select distinct company_id from task")
            ).scalars().all() == [who.company_id]


def test_a_query_without_a_scope_is_an_error(app):
    from sqlalchemy import text

    from tenants.isolation import db

    with pytest.raises(isolation.IsolationError):
        db.session.execute(text("select 1"))
    db.session.rollback()


def test_a_scope_inside_an_open_transaction_is_an_error(app):
    from sqlalchemy import text

    from tenants.isolation import db

    with pytest.raises(isolation.IsolationError), isolation.scope(isolation.system("one")):
        db.session.execute(text("select 1"))
        with isolation.scope(isolation.system("two")):
            pass
    with pytest.raises(isolation.IsolationError), isolation.scope(isolation.system("one")):
        db.session.execute(text("select 1"))


def test_doors_only_insert_what_comes_in(two, desk):
    enter(desk, isolation.unauthenticated("test"))
    for name in ("task", "message", "charge", "handbook", "due"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.transaction():
            desk.execute(sql.SQL("select 1 from {}").format(sql.Identifier(name)))
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.transaction():
        desk.execute("select 1 from inbound")


def test_password_hashes_are_read_by_sign_in_alone(two, desk):
    for scope in (
        isolation.client(1, 1, owner=True),
        isolation.assistant(1),
        isolation.operator(1),
    ):
        for name in ("login", "login_session", "login_token", "api_key"):
            enter(desk, scope)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                desk.execute(sql.SQL("select 1 from {}").format(sql.Identifier(name)))
            desk.rollback()


def test_scopes_are_opened_in_the_places_that_are_listed_here():
    """Who opens scopes: doors, jobs, the system's loops, commands. A new place needs its line."""
    from pathlib import Path

    root = Path(isolation.__file__).resolve().parent.parent
    allowed = {
        "tenants/signin/identity.py",
        "service/access/auth.py",
        "service/web/account.py",
        "service/web/health.py",
        "service/web/search_page.py",
        "service/web/short_link.py",
        "service/api/access.py",
        "service/api/tasks.py",
        "service/tasks/submission.py",
        "service/inbound/store.py",
        "service/intake/unknown_senders.py",
        "service/channels/sms/delivery_receipts.py",
        "service/channels/sms/media.py",
        "service/outbound/dispatch.py",
        "service/channels/push/devices.py",
        "service/web/push_settings.py",
        "service/billing/payments.py",
        "service/core/outbox.py",
        "service/accounts.py",
        "service/web/live.py",
        "service/web/drafts_api.py",
        "service/web/charges_csv.py",
        "service/billing/cards.py",
        "service/core/restore_epoch.py",
        "devdesk/demo/__init__.py",
        "devdesk/demo/newest.py",
        "service/operation/cli.py",
        "service/operation/doctor.py",
        "workers/jobs.py",
        "workers/relay.py",
        "workers/clock.py",
        "workers/mailroom.py",
        "service/operation/leftovers.py",
    }
    opening = re.compile(r"wall\.(transaction|scope|one_trip)\(")
    found = {
        str(path.relative_to(root))
        for floor in ("tenants", "service", "workers")
        for path in (root / floor).rglob("*.py")
        if opening.search(path.read_text(encoding="utf-8"))
    }
    assert found - {"tenants/isolation.py"} <= allowed, found - allowed


def test_the_roles_are_those_of_the_wall(app, owner):
    found = {
        row[0]
        for row in owner.execute(
            "select rolname from pg_roles where rolname = any(%s)", (list(roles.ROLES),)
        )
    }
    assert found == set(roles.ROLES)


def test_what_follows_a_commit_waits_for_the_whole_transaction(app):
    called = []
    with isolation.transaction(isolation.system("test")):
        with db.session.begin_nested():
            isolation.after_commit(lambda: called.append("once"))
        assert called == []
    assert called == ["once"]
