"""The money page: ten charges at a time, what they were for, what is open and paid at once, and the
sheet of all charges."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from service.billing import lists
from service.tasks import acceptance
from service.tasks.task import find
from service.web import charges_csv, work_done
from tenants import isolation
from tenants.isolation import db
from tests.talk import work_off


def change(statement, **values):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(text(statement), values)


def many(owner, helper, world, count):
    """So many charged tasks, of one that was accepted: only their charges differ."""
    ids = [world.task(owner, "accepted", helper)]
    work_off()
    with isolation.transaction(isolation.system("test")):
        for _each in range(count - 1):
            db.session.execute(
                text("""
with t as (insert into task (company_id, number, person_id, title, text, channel, state, category,
  quantity, unit_price, price, currency)
  select company_id, next_number(company_id), person_id, title, text, channel, state, category,
    quantity, unit_price, price, currency from task where id = :id returning *)
insert into charge (company_id, task_id, event_id, amount, currency, state)
  select t.company_id, t.id, (select max(id) from event where task_id = :id), t.price, t.currency,
    'paid' from t"""),
                {"id": ids[0]},
            )
    return ids


def test_charges_are_turned_ten_by_ten_in_both_directions(world):
    owner, helper = world.client(), world.staff()
    many(owner, helper, world, 25)
    with isolation.transaction(owner.scope):
        first = lists.charges()
        second = lists.charges(after=str(first.older))
        third = lists.charges(after=str(second.older))
        back = lists.charges(before=str(third.newer))
        home = lists.charges(before=str(back.newer))
        assert [len(page.rows) for page in (first, second, third)] == [10, 10, 5]
        ids = [row.id for page in (first, second, third) for row in page.rows]
        assert ids == sorted(ids, reverse=True) and len(set(ids)) == 25
        assert [row.id for row in back.rows] == [row.id for row in second.rows] and [
            row.id for row in home.rows
        ] == [row.id for row in first.rows]
        assert first.newer is None and third.older is None and home.newer is None
        assert (
            lists.charges(after="x; drop").rows[0].id == ids[0]
            and lists.charges(before=str(1 << 61)).rows[0].id == ids[0]
        )


def row(quantity="7", unit_price=1200, amount=8400, state="accepted", score=90, category="smm"):
    task = SimpleNamespace(
        quantity=Decimal(quantity),
        unit_price=unit_price,
        currency="EUR",
        category=category,
        state=state,
        score=score,
    )
    return SimpleNamespace(
        task=task, charge=SimpleNamespace(kind="work", amount=amount, currency="EUR")
    )


@pytest.mark.parametrize(
    ("of", "words"),
    [
        ({}, "7 posts at €12.00"),
        ({"quantity": "1", "amount": 1200}, "1 post"),
        ({"amount": 5460, "score": 65}, "7 posts at €12.00, settled at 65 %"),
        (
            {"amount": 2100, "state": "cancelled", "score": None},
            "7 posts at €12.00, cancelled in progress",
        ),
        (
            {"amount": 2100, "state": "cancelled", "score": 25},
            "7 posts at €12.00, cancelled, settled at 25 %",
        ),
        ({"amount": 7000}, "7 posts, price agreed"),
        ({"category": None}, ""),
    ],
)
def test_what_a_charge_is_for(app, of, words):
    with app.test_request_context():
        assert work_done.work(row(**of)) == words


def test_the_page_shows_charges_with_who_handed_them_over_and_pays_what_is_open(world, application):
    owner, helper = world.client(), world.staff()
    task_id = world.task(owner, "accepted", helper)
    work_off()
    change(
        "update charge set state = 'failed', error = 'The company has no saved card.' where "
        "task_id = :id",
        id=task_id,
    )
    browser = world.sign_in(application.test_client(), owner)
    html = browser.get(f"/app/{owner.slug}/billing").get_data(as_text=True)
    assert (
        owner.actor.name in html
        and "4 hours at €24.00" in html
        and "90 %" in html
        and "Open invoice" in html
    )
    assert (
        "The company has no saved card." in html
        and "Add a card" in html
        and "/billing/payment" not in html
    )
    change("update company set card_label = 'visa •••• 4242' where id = :id", id=owner.company_id)
    html = browser.get(f"/app/{owner.slug}/billing").get_data(as_text=True)
    assert "Visa ending in 4242" in html and "Pay €96.00 now" in html
    assert browser.post(f"/app/{owner.slug}/billing/payment").status_code == 303
    with isolation.transaction(isolation.system("test")):
        assert (
            db.session.scalar(text("select state from charge where task_id = :id"), {"id": task_id})
            == "open"
        )
    assert "Payment in progress." in browser.get(f"/app/{owner.slug}/billing").get_data(
        as_text=True
    )


def test_the_sheet_has_every_charge_once_and_no_formula(world, application, monkeypatch):
    monkeypatch.setattr(charges_csv, "BATCH_SIZE", 4)
    owner, helper, other = world.client(), world.staff(), world.client()
    many(owner, helper, world, 10)
    change(
        "update task set title = '=HYPERLINK(\"http://evil.example\")' where company_id = :id",
        id=owner.company_id,
    )
    answer = world.sign_in(application.test_client(), owner).get(
        f"/app/{owner.slug}/billing/charges.csv"
    )
    assert answer.mimetype == "text/csv" and re.search(
        r'attachment; filename="[\w.-]+\.csv"', answer.headers["Content-Disposition"]
    )
    assert answer.headers["Cache-Control"] == "no-store"
    head, *rows = csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff")))
    assert (
        len(rows) == 10
        and len({line[1] for line in rows}) == 10
        and all(len(line) == len(head) for line in rows)
    )
    assert {line[2][:2] for line in rows} == {"'="} and {line[9] for line in rows} == {"96.00"}
    strangers = world.sign_in(application.test_client(), other).get(
        f"/app/{other.slug}/billing/charges.csv"
    )
    assert len(strangers.get_data(as_text=True).splitlines()) == 1


def test_a_member_gets_no_private_charge_in_the_sheet(world, application):
    owner, helper = world.client(), world.staff()
    world.task(owner, "accepted", helper, private=True)
    work_off()
    member = world.client(SimpleNamespace(id=owner.company_id, slug=owner.slug), role="member")
    answer = world.sign_in(application.test_client(), member).get(
        f"/app/{owner.slug}/billing/charges.csv"
    )
    assert len(answer.get_data(as_text=True).splitlines()) == 1


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "＝1"])
def test_a_cell_is_never_a_formula(cell):
    assert charges_csv.safe(cell) == "'" + cell and charges_csv.safe("a=b") == "a=b"


def test_a_settled_price_is_said(world, application):
    owner, helper = world.client(), world.staff()
    task_id = world.task(owner, "delivered", helper)
    with isolation.transaction(owner.scope):
        acceptance.accept(find(task_id), owner.actor, 65, "Two thirds of it", "settle")
    work_off()
    assert "4 hours at €24.00, settled at 65 %" in world.sign_in(
        application.test_client(), owner
    ).get(f"/app/{owner.slug}/billing").get_data(as_text=True)
