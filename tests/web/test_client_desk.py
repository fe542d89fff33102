"""The client's desk: what this month costs, beside the limit, and what is done with its thanks."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from service.billing import charges
from service.tasks import review
from service.tasks.task import find
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from tests.talk import work_off


def limit(company_id, sum_):
    with isolation.transaction(isolation.system("test")):
        db.session.get(Company, company_id).limit_month = sum_


def shown(world, client, person):
    page = world.sign_in(client, person).get(f"/app/{person.slug}/").get_data(as_text=True)
    aside = page[page.index('<section class="purse"') :]
    return " ".join(re.sub(r"<[^>]+>", " ", aside).split())


@pytest.fixture
def spent(world):
    """An owner with a task that was charged and one that runs, each at its price."""
    owner, helper = world.client(), world.staff()
    done, running = world.task(owner, "accepted", helper), world.task(owner, "working", helper)
    work_off()
    with isolation.transaction(isolation.system("test")):
        charged = charges.of_task(find(done)).amount
    return owner, done, charged, world.load(running).price


def euros(minor):
    return f"€{minor / 100:,.2f}"


def test_the_month_shows_what_was_charged_and_what_is_promised(world, client, spent):
    owner, _done, charged, promised = spent
    words = shown(world, client, owner)
    assert (
        euros(charged) in words
        and f"{euros(promised)} more is committed to 1 task in progress" in words
        and "over your limit" not in words
    )


def test_an_owner_sees_by_how_much_the_limit_would_be_passed(world, client, spent):
    owner, _done, charged, promised = spent
    limit(owner.company_id, charged + promised - 100)
    words = shown(world, client, owner)
    assert f"of {euros(charged + promised - 100)}" in words and "€1.00 over your limit" in words


def test_a_member_does_not_see_the_companys_limit(world, client, spent):
    owner, *_rest = spent
    limit(owner.company_id, 100)
    member = world.client(of=SimpleNamespace(id=owner.company_id, slug=owner.slug), role="member")
    assert "of €1.00" not in shown(world, client, member)


def test_what_is_done_can_be_thanked_for_until_it_was(world, client, spent):
    owner, done, *_rest = spent
    assert "Thank Assistant" in shown(world, client, owner)
    with isolation.transaction(owner.scope):
        review.praise(find(done), owner.actor, "Well done.", 500)
    words = shown(world, client, owner)
    assert "Thanks sent with a tip of €5.00" in words and "Thank Assistant" not in words
