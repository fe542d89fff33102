"""The demo desk: one company, one of each kind of staff, and a handful of tasks in every state. Only on an empty database."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from service import actor
from service.actor import Actor
from service.now import now
from service.tasks import (
    analysis,
    briefing,
    dead_line,
    delegate,
    handing_over,
    parameters,
    questions,
    red_line,
    review,
    understanding,
)
from service.tasks.handing_over import Kept, Wish
from service.tasks.task import Task, find
from service.triage import triage
from service.triage.categories import all_categories
from tenants import addresses, company, handbook, membership, people, wall
from tenants.company import Company
from tenants.people import Person
from tenants.signin import passwords
from tenants.wall import Scope, db

PHONE = "+37120000001"


@dataclass(frozen=True)
class Cast:
    """Who plays on the demo desk."""

    client: Actor
    client_scope: Scope
    assistant: Actor
    assistant_scope: Scope
    operator: Actor
    operator_scope: Scope
    company_id: int


# Text, kind of work, how far it has come, retelling or delivery, hours of its term.
TASKS: tuple[tuple[str, str, str, str, int], ...] = (
    ("For the spring menu we look for oat milk that foams well. Find suppliers who deliver to Finland and compare prices for 400 litres a month.",
     "research", "retold", "You want to change the oat milk for the spring menu. I compare at least six makers who deliver cold to all three cafés, at 400 litres a month.", 76),
    ("Write a page about our new filter coffee from Huila, 2,500 characters, warm but not sweet.",
     "copywriting", "delivered", "The page about Huila: 2,480 characters, with two headings and one call to visit the roastery.", 40),
    ("Нужны три предложения на 20 000 крафт-пакетов 250 г с клапаном, доставка в Петербург.",
     "research", "working", "Нужны три цены на 20 000 крафт-пакетов 250 г с клапаном и печатью в два цвета, с образцом и сроком доставки.", 60),
    ("Book two seats Riga to Copenhagen on the 9th, back on the 11th, hotel near the fair, up to 140 a night.",
     "booking", "queued", "", 20),
    ("Call the forty wholesale clients who have not ordered since August and ask why.",
     "telemarketing", "queued", "", 70),
    ("Reconcile October's bank statement with our invoices and list what does not match.",
     "accounting", "briefed", "", 48),
    ("Something for the anniversary, you decide, but nice", "", "received", "", 0),
    ("Make the wholesale price list readable in Google Sheets: one row a product, prices with and without VAT.",
     "spreadsheets", "closed", "The sheet is cleaned: 212 products, prices with and without VAT, three duplicates marked.", 30),
    ("Twelve slides for the investors' evening out of the text I attach.",
     "presentations", "asked", "", 50),
    ("Rewrite the twenty descriptions of our teas so that no two begin alike.",
     "rewriting", "accepted", "Twenty descriptions, each with another beginning; words that you asked to keep are kept.", 30),
)


def load_if_empty(password: str) -> bool:
    """Load the demo desk where there is no company yet; whether it did. With a desk that is there, only the password is set."""
    with wall.transaction(wall.system("demo")):
        if db.session.scalar(select(func.count()).select_from(Company)):
            return False
        cast = _people(password)
    for text, code, state, words, hours in TASKS:
        _play(cast, text, code, state, words, hours)
    return True


def _people(password: str) -> Cast:
    made = company.add("Lindqvist Coffee Roasters Oy", slug="demo", zone="Europe/Helsinki")
    made.address = "Hämeentie 12, 00530 Helsinki"
    client = _person("Ingrid Lindqvist", "client@demo.example", password, made.id, "Europe/Helsinki")
    addresses.add(client, "phone", PHONE, company_id=made.id, verified=True)
    membership.join(client, made.id, "owner")
    colleague = _person("Pekka Saarinen", "pekka@demo.example", password, made.id, "Europe/Helsinki")
    membership.join(colleague, made.id)
    trades = list(all_categories())
    staff = {role: _person(name, f"{role}@demo.example", password, None, "Europe/Riga") for role, name in (
        ("assistant", "Anna Berzina"), ("supervisor", "Marta Ozola"), ("operator", "Vera Sokolova"), ("admin", "Janis Kalnins"))}
    for role, person in staff.items():
        membership.hire(person, role, trades if role == "assistant" else [], held_limit=8)
    handbook.write(made.id, "We are three cafés and a roastery in Helsinki and Espoo.\n\nTone: plain and warm, no superlatives.\n"
                            "Suppliers are addressed by their first names. Prices are always without VAT.\n"
                            "Do not write to our present milk supplier for now.", client.id)
    return Cast(actor.client(client.id, name=client.name), wall.client(client.id, made.id, owner=True),
                actor.staff(staff["assistant"].id, "assistant", name="Anna Berzina"),
                wall.assistant(staff["assistant"].id, tuple(trades)),
                actor.staff(staff["operator"].id, "operator", name="Vera Sokolova"), wall.operator(staff["operator"].id), made.id)


def _person(name: str, email: str, password: str, company_id: int | None, zone: str) -> Person:
    person = people.add(name, zone=zone)
    passwords.add_login(person.id, email)
    passwords.set_password(person.id, password)
    addresses.add(person, "email", email, company_id=company_id, verified=True)
    return person


def _play(cast: Cast, text: str, code: str, state: str, words: str, hours: int) -> None:
    """Hand a task over and lead it, step by step and by the right people, to where it should stand."""
    with wall.transaction(cast.client_scope):
        task_id = handing_over.hand_over(Wish(text), cast.client, cast.company_id,
                                         kept=Kept("web", "demo", uuid.uuid4().hex, text.encode())).id
    with wall.transaction(wall.system("demo")):
        task = find(task_id)
        if not code:
            return triage.triage(task)
        analysis.sort_in(task, code, 0.91, now() + timedelta(hours=hours), sure=True)
    for name in PATHS[state]:
        _step(cast, task_id, name, words or text)
    return None


def _step(cast: Cast, task_id: int, name: str, words: str) -> None:
    act, who = STEPS[name]
    scope = {"client": cast.client_scope, "assistant": cast.assistant_scope}[who]
    with wall.transaction(scope):
        act(find(task_id), cast, words)


def _deliver(task: Task, cast: Cast, words: str) -> None:
    answers = [{"id": criterion.id, "met": True, "note": "Checked twice."} for criterion in parameters.criteria_of(task)]
    dead_line.deliver(task, cast.assistant, words, answers)


def _confirm(task: Task, cast: Cast, words: str) -> None:
    retelling = understanding.last_retelling(task)
    if retelling:
        understanding.confirm(task, cast.client, retelling.id)


Act = Callable[[Task, Cast, str], object]
STEPS: dict[str, tuple[Act, str]] = {
    "claim": (lambda task, cast, words: delegate.claim(task, cast.assistant), "assistant"),
    "brief": (lambda task, cast, words: briefing.brief(task, cast.assistant), "assistant"),
    "ask": (lambda task, cast, words: questions.ask(task, cast.assistant, "Shall the slides be in English or in Finnish?",
                                                    ["English", "Finnish"]), "assistant"),
    "retell": (lambda task, cast, words: understanding.retell(task, cast.assistant, words, "First I collect, then I compare."), "assistant"),
    "confirm": (_confirm, "client"),
    "report": (lambda task, cast, words: red_line.report(task, cast.assistant, 60, on_time=True), "assistant"),
    "deliver": (_deliver, "assistant"),
    "accept": (lambda task, cast, words: dead_line.accept(task, cast.client, 95, "Just what we needed."), "client"),
    "praise": (lambda task, cast, words: review.praise(task, cast.client, "Spot on, thank you Anna."), "client"),
}
_WORK = ("claim", "brief", "retell", "confirm")
PATHS: dict[str, tuple[str, ...]] = {
    "received": (), "queued": (), "briefed": ("claim", "brief"), "asked": ("claim", "brief", "ask"), "retold": ("claim", "brief", "retell"),
    "working": (*_WORK, "report"), "delivered": (*_WORK, "report", "deliver"),
    "accepted": (*_WORK, "report", "deliver", "accept"), "closed": (*_WORK, "report", "deliver", "accept", "praise"),
}
