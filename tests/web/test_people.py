"""Who is an owner of a company, and who stays one."""

from __future__ import annotations

import pytest

from tenants import isolation, membership


def role_of(person):
    with isolation.transaction(isolation.system("test")):
        return {one.id: place.role for one, place in membership.members(person.company_id)}.get(
            person.id
        )


@pytest.fixture
def firm(world):
    return world.company()


@pytest.fixture
def owner(world, firm):
    return world.client(firm)


@pytest.fixture
def member(world, firm):
    return world.client(firm, role="member")


def change(client, owner, person, role):
    return client.post(f"/app/{owner.slug}/people/{person.id}/role", data={"role": role})


def test_an_owner_makes_another_and_may_then_leave_it_to_them(world, client, owner, member):
    world.sign_in(client, owner)
    assert change(client, owner, owner, "member").status_code == 409 and role_of(owner) == "owner"
    assert "Make an owner" in client.get(f"/app/{owner.slug}/people").text
    assert change(client, owner, member, "owner").status_code == 303 and role_of(member) == "owner"
    assert change(client, owner, owner, "member").status_code == 303 and role_of(owner) == "member"


def test_a_member_changes_nothing(world, client, owner, member):
    world.sign_in(client, member)
    assert change(client, owner, member, "owner").status_code == 403 and role_of(member) == "member"


def test_what_is_no_role_and_who_is_nobody_here_are_refused(world, client, owner, member):
    world.sign_in(client, owner)
    assert change(client, owner, member, "king").status_code == 422 and role_of(member) == "member"
    stranger = world.client()
    assert (
        change(client, owner, stranger, "member").status_code == 404
        and role_of(stranger) == "owner"
    )
