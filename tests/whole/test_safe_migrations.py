"""Migrations newer than 0016 hold up nobody: what they run, and what they do about locks."""

from __future__ import annotations

import io
import os
import re
import threading
import time
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from migrations import safe
from service.operation import migrate

FROM = "0016"
ROOT = Path(__file__).resolve().parent.parent.parent
RELEASED = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


@pytest.fixture(scope="module")
def statements():
    """The SQL of each migration, as it would be run."""
    config = migrate.configuration()
    config.output_buffer = io.StringIO()
    command.upgrade(config, f"{FROM}:head", sql=True)
    return safe.statements_of(config.output_buffer.getvalue())


@pytest.fixture(scope="module")
def modules():
    walked = ScriptDirectory.from_config(migrate.configuration()).walk_revisions(FROM, "head")
    return {one.revision: one.module for one in walked if one.revision != FROM}


def test_no_migration_does_what_holds_others_up(statements, modules):
    assert statements.keys() == modules.keys() and min(map(len, statements.values())) > 0
    assert {name: found for name, made in statements.items() if (found := safe.faults(made))} == {}


def test_nothing_is_ended_in_the_release_that_stops_using_it(statements, modules):
    """`contracts` names a release whose code used it no more; `breaks` says what fails till then.

    One of the two stands in each migration that ends something."""
    for name, made in statements.items():
        ended = safe.contracting(made)
        last, breaks = (getattr(modules[name], word, "") for word in ("contracts", "breaks"))
        assert not ended or last in RELEASED or len(breaks) > 40, (name, ended)
        assert ended or not (last or breaks), f"{name} ends nothing"


@pytest.mark.parametrize(
    "statement",
    [
        "create index ix_one on task (state)",
        "create unique index ix_one on task (state)",
        "drop index ix_task_state",
        "alter table task add constraint uq_one unique (number)",
        "alter table task add constraint ck_one check (number > 0)",
        "alter table task add constraint fk_one foreign key (a) references b (c)",
        "alter table task add column colour varchar(10) not null",
        "alter table task alter column number type bigint",
        "update task set state = 'closed'",
        "delete from draft",
        "insert into findable (task_id) select id from task",
        "lock table task",
    ],
)
def test_each_of_these_is_found(statement):
    assert len(safe.faults([statement])) == 1


@pytest.mark.parametrize(
    "made",
    [
        ["create index concurrently if not exists ix_one on task (state)"],
        ["create table fresh (id bigint not null)", "create index ix_one on fresh (id)"],
        ["alter table task add column colour varchar(10) default '' not null"],
        ["alter table task add constraint ck_one check (number > 0) not valid"],
        ["alter table task add constraint uq_one unique using index uq_one"],
        [f"{safe.MARK} update task set colour = 'red' where id in (select 1 limit 5000)"],
        ["update alembic_version set version_num='0017'"],
        ["create policy more on task for update to client using (true)"],
    ],
)
def test_none_of_these_is(made):
    assert safe.faults(made) == []


@pytest.mark.parametrize(
    "statement",
    [
        "alter table task drop column colour",
        "drop table draft",
        "alter table task alter column title set not null",
        "alter table task rename column title to name",
        "revoke update on task from client",
    ],
)
def test_each_of_these_ends_something(statement):
    assert safe.contracting([statement]) == [statement]


def test_what_was_given_for_a_moment_may_be_taken_back():
    made = ["grant create on schema public to finder", "revoke create on schema public from finder"]
    assert safe.contracting(made) == [] and safe.contracting(made[1:]) == made[1:]


@pytest.fixture
def older(app):
    """A database as it was before these migrations; gives its owner's and the login's address."""
    name = f"older_{os.getpid()}"
    urls = [
        os.environ[which].replace(os.environ[which].split("@/")[1].split("?")[0], name)
        for which in ("OWNER_DATABASE_URL", "DATABASE_URL")
    ]
    with psycopg.connect(urls[0].replace(f"/{name}?", "/postgres?"), autocommit=True) as owner:
        owner.execute(f'create database "{name}"')
        migrate.upgrade(*urls, FROM)
        yield urls
        owner.execute(f'drop database "{name}" with (force)')


def version(url):
    with psycopg.connect(url) as owner:
        return owner.execute("select version_num from alembic_version").fetchone()[0]


def test_a_table_in_use_is_waited_for_two_seconds_then_everybody_passes(older, monkeypatch):
    monkeypatch.setattr(migrate, "TRIES", 1)
    with psycopg.connect(older[0]) as user:
        user.execute("select 1 from event")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate.upgrade(*older)
        assert 1.5 < time.monotonic() - began < 20
    assert FROM <= version(older[0]) < migrate.newest()


def test_it_is_tried_again_until_the_table_is_free(older, monkeypatch):
    monkeypatch.setattr(migrate, "PAUSE", 0.2)
    with psycopg.connect(older[0]) as user:
        user.execute("select 1 from event")
        threading.Timer(4, user.rollback).start()
        migrate.upgrade(*older)
        assert version(older[0]) == migrate.newest()


STEPS = """
revision, down_revision, branch_labels, depends_on = "9001", {newest!r}, None, None
from migrations import safe
def upgrade():
    safe.in_batches("update person set theme = 'dark' where id in (select id from person"
                    " where theme = '' limit :batch)", size=3)
    safe.index("ix_person_theme", "person", "(theme)")
def downgrade():
    safe.no_index("ix_person_theme")
"""


@pytest.fixture
def with_steps(older, tmp_path, monkeypatch):
    """The migrations with one more, which uses what `safe` offers."""
    config = migrate.configuration()
    there = f"{migrate.ROOT}/migrations/versions"
    (tmp_path / "9001_steps.py").write_text(STEPS.format(newest=migrate.newest()))
    config.set_main_option("version_locations", f"{there} {tmp_path}")
    config.set_main_option("path_separator", "space")
    monkeypatch.setattr(migrate, "configuration", lambda: config)
    return config


def test_rows_are_filled_in_batches_of_which_each_is_committed(older, with_steps):
    with psycopg.connect(older[0], autocommit=True) as owner:
        owner.execute("set role system")
        owner.execute("insert into person (name) select 'P' || g from generate_series(1, 10) g")
        migrate.upgrade(*older)
        batches = "select count(distinct xmin::text), count(*) from person where theme = 'dark'"
        assert owner.execute(batches).fetchone() == (4, 10)


def test_an_index_that_was_left_half_made_is_made_again(older, with_steps):
    valid = "select indisvalid from pg_index where indexrelid = to_regclass('ix_person_theme')"
    with psycopg.connect(older[0], autocommit=True) as owner:
        owner.execute("create index ix_person_theme on person (theme)")
        owner.execute(
            "update pg_index set indisvalid = false where indexrelid = 'ix_person_theme'::regclass"
        )
        migrate.upgrade(*older)
        assert owner.execute(valid).fetchone() == (True,)
        command.downgrade(with_steps, "-1")
        assert owner.execute(valid).fetchone() is None
