"""Where somebody is known: a number or an address is theirs when the code that went there comes
back."""

from __future__ import annotations

import re

from sqlalchemy import select

from service.messages.message import Message
from tenants.addresses import Address
from tests.talk import one, tasks_of, work_off
from tests.talk import text as send_text


def address_of(person, value):
    return one(select(Address).where(Address.person_id == person.id, Address.value == value))[0]


def code_for(value):
    work_off()
    newest = one(
        select(Message)
        .where(Message.to_address == value, Message.template == "code")
        .order_by(Message.id.desc())
    )[0]
    return re.search(r"\d{6}", newest.text)[0]


def register(browser, person, number):
    assert (
        browser.post(f"/app/{person.slug}/settings/addresses", data={"address": number}).status_code
        == 303
    )
    address = address_of(person, number)
    return address, code_for(number)


def test_a_number_is_registered_with_its_code_and_hands_tasks_over_from_then_on(world, client):
    person, number = world.client(), "+37127770001"
    browser = world.sign_in(client, person)
    address, code = register(browser, person, number)
    send_text(client, number, "Find three suppliers of oat milk")
    work_off()
    assert tasks_of(person) == [], "not before it is confirmed"
    path = f"/app/{person.slug}/settings/addresses/{address.id}"
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert browser.post(path, data={f"code-{address.id}": wrong}).status_code == 422
    assert browser.post(path, data={f"code-{address.id}": code}).status_code == 303
    assert browser.post(path, data={f"code-{address.id}": code}).status_code == 422, (
        "a code works once"
    )
    send_text(client, number, "Find three suppliers of oat milk")
    work_off()
    assert len(tasks_of(person)) == 1


def test_a_number_that_changed_hands_leaves_its_last_owner(world, client):
    before, after = world.client(), world.client()
    browser = world.sign_in(client, after)
    address, code = register(browser, after, before.phone)
    browser.post(
        f"/app/{after.slug}/settings/addresses/{address.id}", data={f"code-{address.id}": code}
    )
    assert address_of(before, before.phone).verified_at is None
    assert address_of(after, before.phone).verified_at is not None


def test_an_address_of_somebody_else_is_not_there_to_confirm_or_take_away(world, client):
    person, other = world.client(), world.client()
    theirs = address_of(other, other.phone)
    browser = world.sign_in(client, person)
    for path in (f"{theirs.id}", f"{theirs.id}/end"):
        assert (
            browser.post(
                f"/app/{person.slug}/settings/addresses/{path}",
                data={f"code-{theirs.id}": "000000"},
            ).status_code
            == 404
        )
    assert address_of(other, other.phone).verified_at is not None


def test_the_address_to_sign_in_with_stays_and_nonsense_is_refused_in_words(world, client):
    person = world.client()
    browser = world.sign_in(client, person)
    mine = address_of(person, person.email)
    assert browser.post(f"/app/{person.slug}/settings/addresses/{mine.id}/end").status_code == 422
    assert "country" in browser.post(
        f"/app/{person.slug}/settings/addresses", data={"address": "12"}
    ).get_data(as_text=True)
    phone = address_of(person, person.phone)
    assert browser.post(f"/app/{person.slug}/settings/addresses/{phone.id}/end").status_code == 303
