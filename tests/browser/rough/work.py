"""Tasks as far along as a test needs them, and words put in place of everything that people
wrote."""

from __future__ import annotations

import json
import re
import time
from contextlib import contextmanager

from tests.browser.conftest import call
from tests.pages import ASSISTANT, OPERATOR
from tests.running_desk import RunningDesk

# Where people's words are kept: table, column, and how many letters fit.
WORDS = [
    ("person", "name", 200),
    ("company", "name", 200),
    ("company", "address", 1000),
    ("task", "title", 200),
    ("task", "project", 200),
    ("attachment", "name", 200),
    ("criterion", "text", 500),
    ("task", "text", 0),
    ("task", "outcome", 0),
    ("task", "reason", 0),
    ("message", "text", 0),
    ("message", "subject", 0),
    ("message", "to_address", 400),
    ("question", "text", 0),
    ("question", "answer", 0),
    ("retelling", "text", 0),
    ("retelling", "plan", 0),
    ("retelling", "proposal", 0),
    ("retelling", "correction", 0),
    ("delivery", "text", 0),
    ("acceptance", "comment", 0),
    ("praise", "text", 0),
    ("report", "help", 0),
    ("handbook", "text", 0),
    ("inbound", "text", 0),
    ("inbound", "subject", 0),
    ("inbound", "sender", 400),
]


class Work:
    """Brings new tasks of the demo company as far as a test needs them, by REST."""

    STEPS = ("queued", "assigned", "briefed", "retold", "working", "delivered")

    def __init__(self, desk: RunningDesk) -> None:
        self.desk = desk
        self.keys = {
            "client": desk.command("apikey", "add", "--company", "demo"),
            "assistant": desk.command("apikey", "add", "--staff", ASSISTANT),
            "operator": desk.command("apikey", "add", "--staff", OPERATOR),
        }

    def task(
        self, state: str, text: str = "Find three sellers of linen bags and compare their prices"
    ) -> dict:
        made = self.ask(
            "client",
            "/tasks",
            {"text": text, "category": "research", "deadline_at": "2027-06-01T10:00:00Z"},
        )
        self.path = f"/tasks/{made['id']}"
        for _try in range(200):
            if self.ask("client", self.path)["state"] != "received":
                break
            time.sleep(0.1)
        for step in self.STEPS[: self.STEPS.index(state) + 1]:
            getattr(self, step)()
        return made

    def ask(self, who: str, path: str, body: dict | None = None, method: str | None = None) -> dict:
        return call(self.desk, self.keys[who], path, body, method)

    def queued(self):
        if self.ask("client", self.path)["state"] == "triage":
            self.ask("operator", f"{self.path}/triage", {"decision": "delegate"})

    def assigned(self):
        self.ask("assistant", f"{self.path}/claim", {})

    def briefed(self):
        self.ask("assistant", f"{self.path}/briefing", {})

    def retold(self):
        self.ask(
            "assistant",
            f"{self.path}/retelling",
            {"text": "You want three sellers of linen bags and their prices."},
        )

    def working(self):
        self.ask(
            "client",
            f"{self.path}/understanding",
            {"retelling": self.ask("client", self.path)["retelling"]["id"], "verdict": "confirmed"},
        )

    def partly(self, met: int, of: int) -> dict:
        """A delivered task with so many of so many criteria met."""
        made = self.task("retold")
        self.ask(
            "client",
            f"{self.path}/parameters",
            {"criteria": [f"Point {n}" for n in range(of)]},
            "PUT",
        )
        self.working()
        self.delivered(met)
        return made

    def delivered(self, met: int = 99):
        self.ask("assistant", f"{self.path}/red-line", {"progress": 60, "on_time": True})
        wanted = self.ask("client", self.path)["parameters"]["criteria"]
        criteria = [{"id": one["id"], "met": place < met} for place, one in enumerate(wanted)]
        self.ask(
            "assistant",
            f"{self.path}/delivery",
            {"text": "Here are the three.", "criteria": criteria},
        )

    def in_triage(self) -> int:
        """A task that an operator has to sort."""
        made = self.ask("client", "/tasks", {"text": "You know what I mean"})
        for _try in range(200):
            if self.ask("client", f"/tasks/{made['id']}")["state"] == "triage":
                return made["id"]
            time.sleep(0.1)
        raise AssertionError("it never came to triage")


@contextmanager
def everywhere(desk, words):
    """These words in place of everything that people wrote; afterwards all is as it was."""
    kept = {}
    for table, column, most in WORDS:
        key = "company_id" if table == "handbook" else "id"
        kept[table, column, key] = desk.rows(
            f"select {key}, {column} from {table} where {column} is not null"
        )
        desk.run_as_system(
            f"update {table} set {column} = %s where {column} is not null", words[: most or None]
        )
    options = desk.rows("select id, options::text from question")
    desk.run_as_system(
        "update question set options = %s where options <> '[]'",
        json.dumps([words[:199], words[:198] + "2"]),
    )
    desk.run_as_system(
        "insert into saved_filter (person_id, path, name, query) select person_id, '/desk/board',"
        " %s, 'state=late' from login where email = %s",
        words[:60],
        OPERATOR,
    )
    yield
    for (table, column, key), rows in kept.items():
        desk.run_as_system(
            f"update {table} set {column} = old.value from unnest(%s::bigint[], %s::text[]) as old"
            f" (id, value) where {table}.{key} = old.id",
            [row[0] for row in rows],
            [row[1] for row in rows],
        )
    desk.run_as_system(
        "update question set options = old.value::jsonb from unnest(%s::bigint[], %s::text[]) as"
        " old (id, value) where question.id = old.id",
        [row[0] for row in options],
        [row[1] for row in options],
    )
    desk.run_as_system("delete from saved_filter")


def paste(page, field, words):
    """As a person pastes: the browser's own bounds hold."""
    page.locator(field).click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(words)


def said(text):
    """The letters of a text, however its lines break."""
    return re.sub(r"\s+", "", text)
