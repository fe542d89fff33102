"""An address proven as a second one, or new at several doors at once: one person, no door fails."""

from __future__ import annotations

import threading
import uuid

import pytest
from sqlalchemy import func, select

from service import accounts
from service.inbound.inbound_message import Inbound
from service.tasks.task import Task
from tenants import addresses, isolation, membership
from tenants.addresses import Address
from tenants.company import Company
from tenants.isolation import db
from tenants.membership import Membership, Staff
from tenants.people import Person
from tenants.signin import links
from tenants.signin.tables import Login, LoginToken
from tests.factory import PASSWORD
from tests.talk import one, told, work_off

FIRST = {"text": "Find a supplier of tea", "consent": "1"}


@pytest.fixture
def two(world):
    """A client with a second address, proven by its code; gives both."""
    person, second = world.client(), f"second-{uuid.uuid4().hex[:8]}@example.com"
    with isolation.transaction(isolation.system("test")):
        address = addresses.claim(person.id, person.company_id, "email", second)
        addresses.take_over(address)
    return person, second


def people_of(email):
    """Whose this address is, by any way."""
    with isolation.transaction(isolation.system("test")):
        signing_in = db.session.scalars(select(Login.person_id).where(Login.email == email)).all()
        proven = db.session.scalars(select(Address.person_id).where(Address.value == email)).all()
    return sorted({*signing_in, *proven})


def role_in(person_id, company_id):
    with isolation.transaction(isolation.system("test")):
        return membership.role_of(person_id, company_id)


def test_the_public_form_keeps_the_words_for_an_operator(client, two):
    person, second = two
    assert (
        client.post("/first-task", data={**FIRST, "email": second, "key": second}).status_code
        == 303
    )
    [kept] = one(select(Inbound).where(Inbound.sender == second))
    assert (kept.state, kept.text) == ("needs_person", FIRST["text"]) and people_of(second) == [
        person.id
    ]


@pytest.mark.parametrize("door", ["command", "page"])
def test_a_company_gets_the_person_as_its_owner(world, application, two, door):
    person, second = two
    name = f"Tea {uuid.uuid4().hex[:8]}"
    if door == "command":
        done = application.test_cli_runner().invoke(
            args=["company", "add", name, "--owner", second]
        )
        assert done.exit_code == 0 and "/reset/" in done.output, done.output
    else:
        admin = world.sign_in(application.test_client(), world.staff("admin"))
        assert (
            admin.post(
                "/admin/companies", data={"company": name, "owner_email": second}
            ).status_code
            == 303
        )
    [made] = one(select(Company).where(Company.name == name))
    assert role_in(person.id, made.id) == "owner" and people_of(second) == [person.id]


def test_an_invitation_is_taken_with_the_password_they_have(world, client, two):
    person, second = two
    other = world.client()
    with isolation.transaction(isolation.system("test")):
        token = links.invite(second, other.company_id, "member")
    form = {"name": "Somebody", "language": "en", "zone": "Europe/Riga"}
    wrong = client.post(f"/join/{token}", data={**form, "password": "not the one they have"})
    assert wrong.status_code == 422 and "use its password" in wrong.get_data(as_text=True)
    assert client.post(f"/join/{token}", data={**form, "password": PASSWORD}).status_code == 303
    assert role_in(person.id, other.company_id) == "member" and people_of(second) == [person.id]


@pytest.mark.parametrize("door", ["command", "page"])
def test_staff_is_the_same_person(world, application, two, door):
    person, second = two
    if door == "command":
        done = application.test_cli_runner().invoke(
            args=["staff", "add", second, "--role", "operator"]
        )
        assert done.exit_code == 0 and "/reset/" in done.output, done.output
    else:
        admin = world.sign_in(application.test_client(), world.staff("admin"))
        answer = admin.post(
            "/admin/staff", data={"email": second, "name": "Second", "role": "operator"}
        )
        assert answer.status_code == 303
        work_off()
        assert any("/reset/" in words for words in told(person)), (
            "to the address that they sign in with"
        )
    assert [row.role for row in one(select(Staff).where(Staff.person_id == person.id))] == [
        "operator"
    ]
    assert people_of(second) == [person.id]


def test_two_claims_of_one_address_are_proven_by_a_link_without_a_fault(world, client):
    """A press twice makes two rows; the link that proves the address proves one of them."""
    person = world.client()
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            db.update(Address).where(Address.person_id == person.id).values(verified_at=None)
        )
        db.session.add(
            Address(
                person_id=person.id, company_id=person.company_id, kind="email", value=person.email
            )
        )
    with isolation.transaction(isolation.system("test")):
        token = links.reset_for(person.email)[0]
    assert (
        client.post(f"/reset/{token}", data={"password": "a good long sentence"}).status_code == 303
    )
    proven = select(Address).where(Address.value == person.email, Address.verified_at.is_not(None))
    assert len(one(proven)) == 1


def together(application, calls):
    """Send these requests at the same instant, each by a browser of its own; gives the statuses."""
    start, came = threading.Barrier(len(calls)), []

    def run(call):
        browser = application.test_client()
        start.wait(10)
        came.append(call(browser).status_code)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return came


def first_task(email, words, key):
    return lambda browser: browser.post(
        "/first-task", data={**FIRST, "text": words, "email": email, "key": key}
    )


def test_six_first_tasks_of_one_new_address_make_one_person_and_keep_all_words(application, app):
    email = f"six-{uuid.uuid4().hex[:8]}@example.com"
    words = [f"Find a supplier of tea, number {n}" for n in range(6)]
    assert (
        together(
            application, [first_task(email, said, f"{email}-{n}") for n, said in enumerate(words)]
        )
        == [303] * 6
    )
    [person_id] = people_of(email)
    tasks = [task.text for task in one(select(Task).where(Task.person_id == person_id))]
    waiting = [
        kept.text
        for kept in one(
            select(Inbound).where(Inbound.sender == email, Inbound.state == "needs_person")
        )
    ]
    assert len(tasks) == 1 and sorted(tasks + waiting) == words
    assert len(one(select(Person).where(Person.name == email))) == 1


def test_the_same_form_pressed_six_times_at_once_is_one_task(application, app):
    email = f"six-{uuid.uuid4().hex[:8]}@example.com"
    assert together(application, [first_task(email, FIRST["text"], email)] * 6) == [303] * 6
    [person_id] = people_of(email)
    assert len(one(select(Task).where(Task.person_id == person_id))) == 1
    assert (
        one(select(Inbound).where(Inbound.sender == email, Inbound.state == "needs_person")) == []
    )


def test_addresses_that_give_one_short_name_make_a_company_each(application, app):
    mark = uuid.uuid4().hex[:8]
    emails = [f"tea{sign}{mark}@example.com" for sign in (".", "-", "+", "_", "..", "-.")]
    assert (
        together(application, [first_task(email, FIRST["text"], email) for email in emails])
        == [303] * 6
    )
    slugs = {company.slug for company in one(select(Company).where(Company.name.in_(emails)))}
    assert len(slugs) == 6 and all(slug.startswith(f"tea-{mark}") for slug in slugs)


def test_four_doors_at_once_make_one_person_of_one_new_address(world, application, app):
    email, other = f"all-{uuid.uuid4().hex[:8]}@example.com", world.client()
    admins = [world.sign_in(application.test_client(), world.staff("admin")) for _two in range(2)]
    with isolation.transaction(isolation.system("test")):
        token = links.invite(email, other.company_id, "member")
    joining = {"name": "New", "language": "en", "zone": "Europe/Riga", "password": PASSWORD}
    came = together(
        application,
        [
            first_task(email, FIRST["text"], email),
            lambda browser: browser.post(f"/join/{token}", data=joining),
            lambda _browser: admins[0].post(
                "/admin/staff", data={"email": email, "name": "New", "role": "operator"}
            ),
            lambda _browser: admins[1].post(
                "/admin/companies", data={"company": "All of them", "owner_email": email}
            ),
        ],
    )
    assert all(status < 500 for status in came) and len(people_of(email)) == 1


def test_staff_added_twice_at_once_is_hired_once(world, app):
    from tests.factory import at_once

    email = f"staff-{uuid.uuid4().hex[:8]}@example.com"
    came = at_once(
        app,
        [(isolation.system("test"), lambda: accounts.add_staff(email, "New", "operator", []))] * 4,
    )
    assert came == ["bad-input"] * 3 + ["done"]
    assert len(people_of(email)) == 1


def test_who_proves_an_address_at_the_same_moment_as_another_is_answered(world, app):
    from tests.factory import at_once

    email = f"both-{uuid.uuid4().hex[:8]}@example.com"
    claims = []
    for _two in range(4):
        person = world.client()
        with isolation.transaction(isolation.system("test")):
            claims.append(addresses.claim(person.id, person.company_id, "email", email).id)

    def prove(claim):
        return lambda: addresses.take_over(db.session.get_one(Address, claim))

    assert (
        at_once(app, [(isolation.system("test"), prove(claim)) for claim in claims]) == ["done"] * 4
    )
    with isolation.transaction(isolation.system("test")):
        proven = db.session.scalar(
            select(func.count())
            .select_from(Address)
            .where(Address.value == email, Address.verified_at.is_not(None))
        )
        assert proven == 1


def test_a_link_that_was_used_says_so(world, client):
    other, email = world.client(), f"late-{uuid.uuid4().hex[:8]}@example.com"
    with isolation.transaction(isolation.system("test")):
        token = links.invite(email, other.company_id, "member")
        spent = db.session.scalar(select(LoginToken.id).where(LoginToken.email == email))
    form = {"name": "New", "language": "en", "zone": "Europe/Riga", "password": PASSWORD}
    assert client.post(f"/join/{token}", data=form).status_code == 303
    assert client.post(f"/join/{token}", data=form).status_code == 410 and spent is not None
    assert len(one(select(Membership).where(Membership.company_id == other.company_id))) == 2
