"""Forms: what people type, what they must not, and links of those who have left."""

from __future__ import annotations

import pytest

from service.messages import short_links
from service.tasks import questions
from service.tasks.task import find
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from tenants.membership import Membership, companies_of
from tenants.people import Person
from tenants.signin import links


@pytest.mark.parametrize("score", ["--5", "1e5", "９", "99999999999999", "NaN", "<b>", "-1", "101"])
def test_a_score_that_is_none_is_refused_in_words(world, client, score):
    person, helper = world.client(), world.staff()
    task = world.load(world.task(person, "delivered", helper))
    answer = world.sign_in(client, person).post(
        f"/app/{person.slug}/tasks/{task.number}/acceptance", data={"score": score}
    )
    assert answer.status_code == 422
    assert world.load(task.id).state == "delivered"


@pytest.mark.parametrize("budget", ["1e999999", "9e99999", "infinity", "-5", "1" * 30])
def test_a_budget_that_is_none_is_refused_and_the_words_are_kept(world, client, budget):
    person = world.client()
    answer = world.sign_in(client, person).post(
        f"/app/{person.slug}/tasks", data={"text": "Find a notary", "budget": budget}
    )
    assert answer.status_code == 422 and "Find a notary" in answer.get_data(as_text=True)


def test_the_same_form_sent_twice_makes_one_task(world, client):
    person = world.client()
    browser = world.sign_in(client, person)
    places = {
        browser.post(
            f"/app/{person.slug}/tasks", data={"text": "Find a notary", "key": "once"}
        ).headers["Location"]
        for _twice in range(2)
    }
    assert len(places) == 1


def test_a_short_link_ends_with_the_membership(world, client):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "retold", helper)
    link = f"/t/{short_links.token(task_id, person.id, person.company_id)}"
    assert client.get(link).status_code == 200
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            db.update(Membership)
            .where(Membership.person_id == person.id)
            .values(ended_at=db.func.now())
        )
    assert client.get(link).status_code == 404
    assert client.get("/t/1-2-3-aaaaaaaaaaaa").status_code == 404


def test_an_option_that_was_not_offered_is_no_answer(world, client):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "working", helper)
    with isolation.transaction(helper.scope):
        question_id = questions.ask(find(task_id), helper.actor, "Which?", ["Red", "Blue"]).id
    number = world.load(task_id).number
    browser = world.sign_in(client, person)
    path = f"/app/{person.slug}/tasks/{number}/answers"
    assert browser.post(path, data={"question": question_id, "option": "Green"}).status_code == 422
    assert browser.post(path, data={"question": question_id, "option": "Blue"}).status_code == 303


def test_a_password_change_ends_every_session(world, application):
    person = world.client()
    one, two = (world.sign_in(application.test_client(), person) for _twice in range(2))
    assert two.get(f"/app/{person.slug}/").status_code == 200
    changed = one.post(
        "/account/password",
        data={"old": "correct horse battery", "password": "another horse battery"},
    )
    assert changed.status_code == 303
    assert two.get(f"/app/{person.slug}/").status_code == 302


def test_a_first_task_from_nobody_makes_a_company_and_one_welcome(world, client):
    form = {"email": "olga-first@example.com", "text": "Find a supplier of tea", "key": "first-1"}
    assert client.post("/first-task", data=form).status_code == 422
    for _twice in range(2):
        assert client.post("/first-task", data={**form, "consent": "1"}).status_code == 303
    with isolation.transaction(isolation.system("test")):
        found = db.session.execute(
            db.text(
                "select count(*) from event where kind = 'person.welcomed' and facts->>'person' in"
                " (select person_id::text from login where email = 'olga-first@example.com')"
            )
        ).scalar()
    assert found == 1


def test_an_error_of_the_first_form_keeps_what_was_typed_and_the_consent(client):
    page = client.post(
        "/first-task",
        data={
            "text": "Find a supplier of tea",
            "email": "olga-kept@example.com",
            "phone": "12",
            "consent": "1",
        },
    )
    shown = page.get_data(as_text=True)
    assert (
        page.status_code == 422
        and "Find a supplier of tea</textarea>" in shown
        and 'value="olga-kept@example.com"' in shown
        and 'value="12"' in shown
    )
    assert (
        'name="consent" value="1" checked' in shown
        and "Enter the number with the country code" in shown
    )


def test_with_the_first_password_comes_a_name_and_the_companys_once(world, client):
    client.post(
        "/first-task",
        data={
            "email": "olga-name@example.com",
            "text": "Find a supplier of tea",
            "consent": "1",
            "key": "first-2",
        },
    )
    with isolation.transaction(isolation.system("test")):
        token, person_id = links.reset_for("olga-name@example.com")
        second = links.reset_for("olga-name@example.com")[0]
    assert 'name="company"' in client.get(f"/reset/{token}").get_data(as_text=True)
    told = {"password": "a good long sentence", "name": "Olga Petrova", "company": "Tea & Co"}
    assert client.post(f"/reset/{token}", data=told).status_code == 303
    with isolation.transaction(isolation.system("test")):
        person = db.session.get(Person, person_id)
        called = (
            person.name,
            [
                firm.name
                for firm in db.session.scalars(
                    db.select(Company).where(Company.id.in_(companies_of(person_id)))
                )
            ],
        )
    assert called == ("Olga Petrova", ["Tea & Co"])
    assert 'name="company"' not in client.get(f"/reset/{second}").get_data(as_text=True)


def test_sign_in_leads_only_to_places_of_this_desk(world, client):
    person = world.client()
    with client.session_transaction() as session:
        session["next"] = "https://evil.example/app"
    answer = client.post(
        "/login", data={"email": person.email, "password": "correct horse battery"}
    )
    assert answer.headers["Location"] == "/app"
