"""Who has left a company or the service, and who is staff and client at once."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select, text

from service import accounts
from service.channels.email import smtp_edge
from service.core.errors import Conflict, NotAllowed, NotFound
from service.messages import short_links
from service.messages.message import Message, say
from service.tasks import (
    acceptance,
    assignment,
    attachments,
    cancelling,
    parameters,
    understanding,
)
from service.tasks.task import find
from tenants import addresses, isolation, membership
from tenants.isolation import db
from tenants.membership import Membership
from tenants.signin import identity, links, passwords
from tenants.signin.tables import ApiKey
from tests.factory import at_once, soon
from tests.talk import mail, one, tasks_of, told, work_off
from tests.talk import text as send_text


def leave(person):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text(
                "update membership set ended_at = now() where person_id = :id and company_id ="
                " :company"
            ),
            {"id": person.id, "company": person.company_id},
        )


def join(person, company_id, role="member"):
    with isolation.transaction(isolation.system("test")):
        membership.join_again(person.id, company_id, role)


def role_of(person, company_id):
    return one(
        select(Membership).where(
            Membership.person_id == person.id, Membership.company_id == company_id
        )
    )[0].role


def test_who_has_left_hands_nothing_over_and_confirms_nothing(world, client):
    owner, helper = world.client(), world.staff()
    left = world.client(of=world_company(owner), role="member", channel="sms")
    task_id = world.task(left, "retold", helper)
    work_off()
    leave(left)
    send_text(client, left.phone, "Find three suppliers of oat milk")
    mail(left.email, "Find three suppliers of tea")
    mail(left.email, "Y", to=short_links.answer_address(task_id, left.id, left.company_id))
    work_off()
    assert [task.id for task in tasks_of(left)] == [task_id]
    assert world.load(task_id).state == "retold"
    before = len(told(left))
    with isolation.transaction(owner.scope):
        task = find(task_id)
        understanding.confirm(task, owner.actor, understanding.last_retelling(task).id)
    work_off()
    assert len(told(left)) == before, "who has left is told no more"
    assert told(owner)


def world_company(someone):
    class Company:
        id, slug = someone.company_id, someone.slug

    return Company


def test_an_owner_who_comes_back_as_member_is_a_member(world):
    owner, other = world.client(), world.client()
    join(other, owner.company_id, "owner")
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text(
                "update membership set ended_at = now() where person_id = :id and company_id ="
                " :company"
            ),
            {"id": other.id, "company": owner.company_id},
        )
    join(other, owner.company_id, "member")
    assert role_of(other, owner.company_id) == "member"
    join(other, owner.company_id, "owner")
    assert role_of(other, owner.company_id) == "member", "who is there stays what they are"


def test_an_invitation_that_is_still_out_lets_nobody_back_in(world):
    owner = world.client()
    with isolation.transaction(isolation.system("test")):
        first, second = (
            links.invite("new-one@example.com", owner.company_id, "member") for _twice in range(2)
        )
        assert links.use_join(first, "New", "a long password", "en", "Europe/Riga")
    with isolation.transaction(isolation.system("test")):
        assert links.use_join(second, "New", "a long password", "en", "Europe/Riga") is None


def test_a_new_password_ends_every_link_to_set_one(world):
    person = world.client()
    with isolation.transaction(isolation.system("test")):
        earlier = links.reset_for(person.email)[0]
        passwords.set_password(person.id, "a whole new password")
    with isolation.transaction(isolation.system("test")):
        assert links.read(earlier, "reset") is None


def test_the_last_owner_stays_even_when_two_end_each_other_at_once(world, app):
    owner = world.client()
    other = world.client(of=world_company(owner), role="owner")

    def end(by, whom):
        if membership.owners_held(by.company_id) == [whom.id]:
            raise Conflict("the last one")
        db.session.execute(
            text("update membership set ended_at = now() where person_id = :id"), {"id": whom.id}
        )

    came = at_once(
        app, [(owner.scope, lambda: end(owner, other)), (other.scope, lambda: end(other, owner))]
    )
    with isolation.transaction(isolation.system("test")):
        assert len(membership.owners(owner.company_id)) >= 1, came


def test_staff_who_are_clients_too_never_act_for_the_client_they_serve(world):
    client, helper, desk = world.client(), world.staff(), world.staff("operator")
    task_id = world.task(client, "working", helper)
    for someone in (helper, desk):
        join(someone, client.company_id)
    as_client = isolation.client(helper.id, client.company_id, owner=True)
    from service.core import actor

    for act in (
        lambda task: cancelling.cancel(task, actor.client(helper.id)),
        lambda task: parameters.change(
            task, actor.client(helper.id), parameters.Parameters(deadline_at=soon(99))
        ),
    ):
        with pytest.raises(NotAllowed), isolation.transaction(as_client):
            act(find(task_id))
    with pytest.raises(NotAllowed), isolation.transaction(desk.scope):
        cancelling.cancel(find(task_id), desk.actor)
    with pytest.raises(NotAllowed), isolation.transaction(desk.scope):
        assignment.give_back(find(task_id), desk.actor, "I take it off them")


def test_a_note_to_staff_is_no_answer_address_and_one_made_of_it_is_not_believed(world):
    client, helper = world.client(), world.staff()
    own = world.client()
    task_id = world.task(client, "working", helper)
    with isolation.transaction(isolation.system("test")):
        person_id = helper.id
        membership.join_again(person_id, own.company_id, "member")
        addresses.verify(person_id, "email", helper.email)
        db.session.execute(
            text("update address set company_id = :company where person_id = :id"),
            {"company": own.company_id, "id": person_id},
        )
    with isolation.transaction(client.scope):
        say(find(task_id), client.actor, "How does it go?")
    work_off()
    note = one(
        select(Message)
        .where(Message.to_id == helper.id, Message.template == "work_note")
        .order_by(Message.id.desc())
    )[0]
    assert smtp_edge.compose(note)["Reply-To"] is None
    mail(helper.email, "no", to=short_links.answer_address(task_id, helper.id, client.company_id))
    work_off()
    assert world.load(task_id).state == "working"


def test_only_the_holder_adds_words_and_files_and_nothing_is_added_to_what_was_delivered(world):
    client, helper, rival = world.client(), world.staff(), world.staff()
    queued, delivered = world.task(client, "queued"), world.task(client, "delivered", helper)
    for act in (
        lambda task: say(task, rival.actor, "Hello"),
        lambda task: attachments.attach(task, rival.actor, "a.txt", "text/plain", io.BytesIO(b"a")),
    ):
        with pytest.raises(NotAllowed), isolation.transaction(rival.scope):
            act(find(queued))
    with pytest.raises(Conflict), isolation.transaction(helper.scope):
        attachments.attach(
            find(delivered), helper.actor, "more.txt", "text/plain", io.BytesIO(b"more"), "delivery"
        )


def test_a_place_in_the_service_can_be_ended(world):
    client, helper = world.client(), world.staff()
    task_id, key = world.task(client, "briefed", helper), world.key(helper)
    with isolation.transaction(isolation.system("test")):
        assert accounts.end_staff(helper.id) == 1
    assert (world.load(task_id).state, world.load(task_id).holder_id) == ("queued", None)
    with isolation.transaction(isolation.unauthenticated("test")):
        assert identity.by_key(key) is None
    with pytest.raises(NotFound), isolation.transaction(isolation.system("test")):
        accounts.end_staff(helper.id)


def test_a_key_can_be_ended(world):
    client = world.client()
    key = world.key(client)
    with isolation.transaction(isolation.system("test")):
        key_id = db.session.scalar(select(ApiKey.id).where(ApiKey.person_id == client.id))
        assert {
            "id": key_id,
            "name": "test",
            "email": client.email,
            "company": client.slug,
        } in identity.open_keys()
        assert identity.end_key(key_id) and not identity.end_key(key_id)
    with isolation.transaction(isolation.unauthenticated("test")):
        assert identity.by_key(key) is None


def test_a_disputed_delivery_is_not_cancelled_past_the_operator(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "delivered", helper)
    with isolation.transaction(client.scope):
        acceptance.accept(find(task_id), client.actor, 10, "Wrong", "dispute")
    with isolation.transaction(client.scope):
        assert cancelling.cancel(find(task_id), client.actor) == 0
    task = world.load(task_id)
    assert (task.state, task.price, task.waiting_for) == ("cancelled", 0, "operator")
