"""Migrations run up from nothing and give the tables of the models."""

from __future__ import annotations

import os

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import service.models  # noqa: F401
from service.core.config import with_driver
from tenants.isolation import Base

# Indexes that the wall's policies and search need and the models do not know.
OF_THE_WALL = {
    "ix_task_holder_company",
    "ix_task_person",
    "ix_message_author",
    "ix_task_held",
    "ix_task_queued",
    "ix_company_name_near",
    "ix_person_name_near",
    "ix_findable_words",
    "ix_findable_title",
}


def test_the_tables_are_those_of_the_models(app):
    engine = create_engine(with_driver(os.environ["OWNER_DATABASE_URL"]))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": False})
        differences = [
            one
            for one in compare_metadata(context, Base.metadata)
            if not (one[0] == "remove_index" and one[1].name in OF_THE_WALL)
        ]
    engine.dispose()
    assert differences == []


def test_migrations_go_down_and_up_again(app):
    from alembic import command

    from service.operation.migrate import configuration

    url = os.environ["OWNER_DATABASE_URL"]
    name = f"updown_{os.getpid()}"
    with psycopg.connect(
        url.replace(url.split("@/")[1].split("?")[0], "postgres"), autocommit=True
    ) as owner:
        owner.execute(f'create database "{name}"')
    os.environ["MIGRATE_URL"] = url.replace(url.split("@/")[1].split("?")[0], name)
    command.upgrade(configuration(), "head")
    command.downgrade(configuration(), "0001")
    command.upgrade(configuration(), "head")
    with psycopg.connect(os.environ["MIGRATE_URL"]) as owner:
        assert owner.execute("select count(*) from pg_policies").fetchone()[0] > 50
