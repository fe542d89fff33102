"""Spending limits: whose word lets a task start, at every door, and who is asked for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from service.channels.sms.segments import count
from service.core.errors import InvalidInput, NotAllowed, SpendingLimitExceeded
from service.core.time import now
from service.messages import short_links
from service.tasks import limits, understanding
from service.tasks.limits import Wanted
from service.tasks.task import find
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from tests.factory import at_once
from tests.talk import text as texted
from tests.talk import told, work_off


class House:
    """An owner and a member of one company, and an assistant; a retold task costs 96.00."""

    def __init__(self, world, **how):
        self.world, self.helper, self.owner = (
            world,
            world.staff(),
            world.client(channel="sms", **how),
        )
        self.here = SimpleNamespace(id=self.owner.company_id, slug=self.owner.slug)
        self.member = world.client(self.here, role="member", channel="sms", **how)

    def limit(self, month=None, task=None, **members):
        with isolation.transaction(self.owner.scope):
            limits.set_them(
                self.owner.company_id,
                self.owner.actor,
                Wanted(month, task, {self.member.id: members.get("member")}),
            )

    def retold(self, by=None, **wish):
        return self.world.task(by or self.member, "retold", self.helper, **wish)

    def confirm(self, task_id, by=None, proposal=False):
        by = by or self.member
        with isolation.transaction(by.scope):
            task = find(task_id)
            understanding.confirm(
                task, by.actor, understanding.last_retelling(task).id, proposal=proposal
            )

    def state(self, task_id):
        return self.world.load(task_id).state


@pytest.fixture
def house(world):
    return House(world)


def refusal(call):
    with pytest.raises(SpendingLimitExceeded) as caught:
        call()
    return caught.value.detail


def change(statement, **values):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(text(statement), values)


def test_without_limits_nothing_is_asked(house):
    task_id = house.retold()
    house.confirm(task_id)
    assert house.state(task_id) == "working"


def test_what_would_pass_the_companys_month_waits_for_an_owner(house):
    house.limit(month=15000)
    house.confirm(house.retold())
    second = house.retold()
    said = refusal(lambda: house.confirm(second))
    assert (
        said
        == "An owner has to confirm this: it passes the limit of €150.00 in a month by €42.00. They"
        " have been asked."
    )
    assert house.state(second) == "retold"
    house.confirm(second, house.owner)
    assert house.state(second) == "working"


def test_exactly_the_limit_passes_nothing(house):
    house.limit(month=19200, task=9600, member=19200)
    house.confirm(house.retold())
    house.confirm(house.retold())
    assert "by €96.00" in refusal(lambda: house.confirm(house.retold()))


def test_a_dear_task_waits_for_an_owner(house):
    house.limit(task=9599)
    assert "above €95.99, the limit for one task" in refusal(lambda: house.confirm(house.retold()))


def test_a_members_month_is_their_own_and_an_owner_has_none(house, world):
    house.limit(member=10000)
    other = world.client(house.here, role="member")
    house.confirm(house.retold())
    house.confirm(house.retold(other), other)
    assert f"of €100.00 in a month for {house.member.actor.name} by €92.00" in refusal(
        lambda: house.confirm(house.retold())
    )
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text("update membership set role = 'owner' where person_id = :id"),
            {"id": house.member.id},
        )
    house.confirm(house.retold())


def test_charges_of_this_month_count_and_those_of_the_last_do_not(house, world):
    house.limit(month=10000)
    done = world.task(house.member, "accepted", house.helper)
    work_off()
    waits = house.retold()
    refusal(lambda: house.confirm(waits))
    with isolation.transaction(house.owner.scope):
        began = limits.month_began(db.session.get_one(Company, house.owner.company_id))
    assert (
        began.astimezone(ZoneInfo("Europe/Riga")).strftime("%d %H:%M:%S") == "01 00:00:00"
        and began <= now()
    )
    change(
        "update charge set created_at = :at where task_id = :id",
        id=done,
        at=began - timedelta(seconds=1),
    )
    house.confirm(waits)


def test_a_private_task_counts_though_the_member_does_not_see_it(house, world):
    house.limit(month=15000)
    world.task(house.owner, "working", house.helper, private=True)
    refusal(lambda: house.confirm(house.retold()))


def test_the_price_that_is_confirmed_counts(house):
    house.limit(task=9000)
    task_id = house.world.task(house.member, "briefed", house.helper)
    with isolation.transaction(house.helper.scope):
        understanding.retell(
            find(task_id),
            house.helper.actor,
            "You want the three cheapest, as a table.",
            proposal=understanding.Proposal("Two are enough.", 5000, now() + timedelta(days=3)),
            quantity=Decimal(4),
        )
    refusal(lambda: house.confirm(task_id))
    house.confirm(task_id, proposal=True)
    assert house.world.load(task_id).price == 5000


def test_the_desk_does_not_give_an_owners_word(house, world):
    house.limit(task=100)
    task_id, operator = house.retold(), world.staff("operator")
    refusal(lambda: house.confirm(task_id, operator))


def test_two_at_the_same_instant_do_not_both_find_room(house, app):
    house.limit(month=10000)
    ids = [house.retold(), house.retold()]
    calls = [
        (
            house.member.scope,
            lambda task_id=task_id: understanding.confirm(
                find(task_id), house.member.actor, understanding.last_retelling(find(task_id)).id
            ),
        )
        for task_id in ids
    ]
    assert at_once(app, calls) == ["done", "past-limit"]


@pytest.mark.parametrize("wanted", [Wanted(-1, None, {}), Wanted(None, 100_000_001, {})])
def test_a_limit_is_a_sum_of_zero_or_more(house, wanted):
    with pytest.raises(InvalidInput), isolation.transaction(house.owner.scope):
        limits.set_them(house.owner.company_id, house.owner.actor, wanted)


def test_only_an_owner_sets_limits(house):
    with pytest.raises(NotAllowed), isolation.transaction(house.member.scope):
        limits.set_them(house.owner.company_id, house.member.actor, Wanted(None, None, {}))
    # and the wall itself lets no member write a membership
    with (
        isolation.transaction(house.member.scope),
        pytest.raises(Exception, match="row-level security"),
        db.session.begin_nested(),
    ):
        db.session.execute(
            text("update membership set limit_month = 1 where company_id = :id"),
            {"id": house.owner.company_id},
        )


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_member_who_texts_yes_is_told_and_the_owners_yes_starts_it(world, client, language):
    house = House(world, language=language)
    house.limit(month=5000)
    task_id = house.retold()
    work_off()
    asked = told(house.owner)[-1]
    assert ("Approval needed" if language == "en" else "Нужно согласие") in asked and count(
        asked
    ) <= 3
    texted(client, house.member.phone, "Y" if language == "en" else "Д")
    work_off()
    answer = told(house.member)[-1]
    assert (
        "An owner has to confirm this" if language == "en" else "Подтвердить должен владелец"
    ) in answer and count(answer) <= (1 if language == "en" else 2)
    assert house.state(task_id) == "retold"
    texted(client, house.owner.phone, "Y" if language == "en" else "Д")
    work_off()
    assert house.state(task_id) == "working"


def test_a_long_retelling_leaves_the_owners_text_its_price_limit_and_letters(world, app):
    house = House(world, language="ru")
    house.limit(member=5000)
    task_id = house.world.task(house.member, "briefed", house.helper)
    with isolation.transaction(house.helper.scope):
        understanding.retell(
            find(task_id),
            house.helper.actor,
            "Три самых дешёвых поставщика овсяного молока, таблицей. " * 20,
        )
    work_off()
    asked = told(house.owner)[-1]
    assert count(asked) <= 3 and "Д или Н" in asked and "96,00" in asked and "50,00" in asked


def test_owners_are_asked_once_for_each_retelling_and_for_what_lost_its_room(house):
    house.limit(month=10000)
    first, second = house.retold(), house.retold()
    work_off()
    assert not any("Approval needed" in words for words in told(house.owner))
    house.confirm(first)
    work_off()
    assert [
        str(house.world.load(second).number) in words
        for words in told(house.owner)
        if "Approval needed" in words
    ] == [True]
    house.limit(month=9000)
    work_off()
    assert len([words for words in told(house.owner) if "Approval needed" in words]) == 1


def test_an_owner_reads_of_the_limit_in_what_they_are_asked_anyhow(house, client):
    house.limit(task=100)
    task_id = house.retold(house.owner)
    work_off()
    assert [
        ("Approval needed: it is above €1.00" in words)
        for words in told(house.owner)
        if "Reply Y or N" in words
    ] == [True]
    texted(client, house.owner.phone, "yes")
    work_off()
    assert house.state(task_id) == "working"


def test_programs_are_told_in_a_problem(house, world, application):
    house.limit(task=100)
    task_id = house.retold()
    with isolation.transaction(house.member.scope):
        seen = understanding.last_retelling(find(task_id)).id
    answer = application.test_client().post(
        f"/api/v1/tasks/{task_id}/understanding",
        json={"retelling": seen, "verdict": "confirmed"},
        headers={"Authorization": f"Bearer {world.key(house.member)}"},
    )
    assert (
        answer.status_code == 403
        and answer.json["type"] == "urn:poruchi:past-limit"
        and "€1.00" in answer.json["detail"]
    )


def test_the_pages_say_it_before_and_after(house, world, application):
    house.limit(task=100)
    task = world.load(house.retold())
    path = f"/app/{house.owner.slug}/tasks/{task.number}"
    member, owner = (
        world.sign_in(application.test_client(), someone) for someone in (house.member, house.owner)
    )
    html = member.get(path).get_data(as_text=True)
    assert (
        "An owner has to confirm it; they have been asked." in html
        and 'value="confirmed"' not in html
    )
    with isolation.transaction(house.member.scope):
        seen = understanding.last_retelling(find(task.id)).id
    refused = member.post(f"{path}/understanding", data={"retelling": seen, "verdict": "confirmed"})
    assert refused.status_code == 403 and "An owner has to confirm this" in refused.get_data(
        as_text=True
    )
    html = owner.get(path).get_data(as_text=True)
    assert "Your word lets it start." in html and "Confirm for €96.00 above the limit" in html
    assert (
        owner.post(
            f"{path}/understanding", data={"retelling": seen, "verdict": "confirmed"}
        ).status_code
        == 303
    )


def test_an_owners_short_link_opens_a_members_private_task(house, application):
    house.limit(task=100)
    task_id = house.retold(private=True)
    with application.app_context():
        link = f"/t/{short_links.token(task_id, house.owner.id, house.owner.company_id)}"
    assert "above the limit" in application.test_client().get(link).get_data(as_text=True)


def test_the_money_page_sets_limits_and_says_when_one_is_passed(house, world, application):
    browser = world.sign_in(application.test_client(), house.owner)
    field = f"limit_{house.member.id}"
    path = f"/app/{house.owner.slug}/billing"
    assert (
        browser.post(
            f"{path}/limits", data={"limit_month": "2,000.00", "limit_task": "", field: "150"}
        ).status_code
        == 303
    )
    html = browser.get(path).get_data(as_text=True)
    assert 'value="2,000.00"' in html and 'value="150.00"' in html and "You would pass" not in html
    refused = browser.post(f"{path}/limits", data={"limit_month": "-5", field: "much"})
    assert refused.status_code == 422 and 'value="much"' in refused.get_data(as_text=True)
    house.world.task(house.owner, "working", house.helper)
    house.limit(month=5000)
    html = browser.get(path).get_data(as_text=True)
    assert "You would pass your limit by €46.00." in html and "Limit €50" in html
    member = world.sign_in(application.test_client(), house.member)
    assert member.post(f"{path}/limits", data={}).status_code == 403
    house.limit(member=15000)
    assert "Your limit is €150.00 in a month; €150.00 of it is left." in member.get(path).get_data(
        as_text=True
    )
