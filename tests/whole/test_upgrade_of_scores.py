"""An upgrade fills the share of the criteria for what was delivered before, and leaves every word
as it was."""

from __future__ import annotations

import os

import psycopg
from alembic import command

from service.operation.migrate import configuration

ROWS = """
insert into company (id, name, slug, currency) overriding system value
values (1, 'One', 'one', 'EUR');
insert into person (id, name) overriding system value values (1, 'Ingrid');
insert into task (id, company_id, number, person_id, title, text, channel, currency, state, score)
overriding system value values
  (1, 1, 1001, 1, 'a', 'a', 'web', 'EUR', 'accepted', 90),
  (2, 1, 1002, 1, 'b', 'b', 'web', 'EUR', 'delivered', null),
  (3, 1, 1003, 1, 'c', 'c', 'web', 'EUR', 'queued', null),
  (4, 1, 1004, 1, 'd', 'd', 'web', 'EUR', 'delivered', null);
insert into delivery (id, company_id, task_id, text, criteria) overriding system value values
  (1, 1, 1, 'x', '[{"met": true}, {"met": true}, {"met": false}]'),
  (2, 1, 2, 'x', '[{"met": true}]'),
  (3, 1, 2, 'y', '[{"met": true}, {"met": false}]'), (4, 1, 4, 'y', '[]');
insert into acceptance (company_id, task_id, delivery_id, score, by_kind, channel)
values (1, 1, 1, 90, 'client', 'web');
"""


def test_the_share_is_filled_and_scores_stay(app):
    url, name = os.environ["OWNER_DATABASE_URL"], f"shares_{os.getpid()}"
    with psycopg.connect(
        url.replace(url.split("@/")[1].split("?")[0], "postgres"), autocommit=True
    ) as owner:
        owner.execute(f'create database "{name}"')
    os.environ["MIGRATE_URL"] = url.replace(url.split("@/")[1].split("?")[0], name)
    command.upgrade(configuration(), "head")
    command.downgrade(configuration(), "0014")
    with psycopg.connect(os.environ["MIGRATE_URL"]) as owner:
        owner.execute("set role system")
        owner.execute(ROWS)
    command.upgrade(configuration(), "head")
    with psycopg.connect(os.environ["MIGRATE_URL"]) as owner:
        owner.execute("set role system")
        shares = owner.execute(
            "select id, score, met_share, state from task order by id"
        ).fetchall()
        assert shares == [
            (1, 90, 67, "accepted"),
            (2, None, 50, "delivered"),
            (3, None, None, "queued"),
            (4, None, 100, "delivered"),
        ]
        assert owner.execute("select score from acceptance").fetchall() == [(90,)]
        owner.execute("update task set state = 'accepted' where id = 2")
        owner.execute(
            "insert into acceptance (company_id, task_id, delivery_id, by_kind, channel)"
            " values (1, 2, 3, 'client', 'sms')"
        )
    command.downgrade(configuration(), "0014")
    with psycopg.connect(os.environ["MIGRATE_URL"]) as owner:
        owner.execute("set role system")
        assert owner.execute("select score from task where id = 2").fetchall() == [(50,)]
        assert owner.execute("select score from acceptance order by id").fetchall() == [
            (90,),
            (50,),
        ]
