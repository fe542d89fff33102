"""A channel is one class: carrier pigeons, which live in this file alone, bring a task, are asked
for confirmation, bring the answer and take the delivery home."""

from __future__ import annotations

import ast
import json
import uuid
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.core import channels
from service.core.channels import (
    Channel,
    ChannelCode,
    Limits,
    ParsedMessage,
    RecipientGone,
    Rendered,
)
from service.core.config import settings
from service.inbound import store
from service.inbound.inbound_message import Inbound
from service.intake import inbox
from service.messages.message import Message
from service.operation import doctor
from service.outbound import compose, dispatch
from service.tasks.task import Task
from tenants import addresses, isolation
from tenants.isolation import db
from tenants.people import Person
from tests.talk import bring, deliver, one, retell, tasks_of, work_off
from workers import jobs

ROOT = Path(__file__).resolve().parent.parent.parent
HOUSE = ("service", "tenants", "workers")


class Pigeon(Channel):
    """Flies to a loft, keeps no list of what it carried, and cannot be asked twice."""

    code = ChannelCode("pigeon")
    label = "by pigeon"
    icon = "mail"
    address_kind = "loft of pigeons"
    queue = "work"
    is_chat = True
    limits = Limits(reply=50, options=40, delivery=30)

    def __init__(self):
        self.carried, self.gone, self.away = [], set(), ""

    def not_configured(self):
        return self.away

    def checks(self):
        return {"pigeons": lambda: "They moult."}

    def tidy(self, value):
        return value.strip().upper()

    def parse(self, inbound):
        words = json.loads(inbound.raw)["words"]
        return ParsedMessage(words, inbound.sender, answer=words, answerable=True)

    def authenticate(self, inbound, parsed):
        return json.loads(inbound.raw).get("ring") == "ours"

    def says(self, template):
        return bool(template.sms)

    def render(self, draft):
        return Rendered(draft.template.sms.format_map(draft.facts), {"weight": 3})

    def send(self, message, handing, renew):
        if message.to_address in self.gone:
            raise RecipientGone("The loft is empty.")
        self.carried.append(message)
        return f"flight {len(self.carried)}"


@pytest.fixture
def pigeon(app):
    made = Pigeon()
    channels.register(made)
    yield made
    channels.unregister(made.code)
    addresses.SPELLINGS.pop(made.address_kind)


@pytest.fixture
def person(world, pigeon):
    someone = world.client(channel=pigeon.code)
    with isolation.transaction(isolation.system("test")):
        row = db.session.get(Person, someone.id)
        loft = f"Loft {uuid.uuid4().hex[:6]}"
        addresses.add(row, pigeon.address_kind, loft, company_id=someone.company_id, verified=True)
    someone.loft = loft.upper()
    return someone


def lands(loft, words, ring="ours"):
    """A pigeon arrives; whatever follows is done."""
    raw = json.dumps({"words": words, "ring": ring}).encode()
    store.store("pigeon", "roof", uuid.uuid4().hex, sender=loft, raw=raw)
    work_off()


def waiting(loft):
    return one(select(Inbound).where(Inbound.sender == loft).order_by(Inbound.id))[-1]


def message_to(person, state="kept", template="started"):
    """A message by pigeon that was not sent yet, and its due row."""
    with isolation.transaction(isolation.system("test")):
        row = db.session.get(Person, person.id)
        made = compose.notify(row, template, words="words")
        made.state = state
        db.session.flush()
        return made.id


def message(message_id):
    return one(select(Message).where(Message.id == message_id))[0]


def test_a_task_comes_is_confirmed_and_delivered_by_it(world, pigeon, person):
    helper = world.staff()
    lands(person.loft, "Find three suppliers of oat milk and compare their prices for our cafe")
    (task,) = tasks_of(person)
    assert task.channel == pigeon.code
    assert "got it" in pigeon.carried[-1].text and pigeon.carried[-1].facts["weight"] == 3
    bring(world, task.id, person, helper)
    retell(helper, task.id)
    assert "Reply Y or N" in pigeon.carried[-1].text
    lands(person.loft, "Y")
    assert world.load(task.id).state == "working"
    deliver(world, person, helper, task.id)
    assert f"{task.number} is ready" in pigeon.carried[-1].text
    lands(person.loft, "1")
    assert world.load(task.id).state == "accepted"
    assert "accepted at" in pigeon.carried[-1].text
    sent = one(select(Message).where(Message.to_id == person.id, Message.direction == "out"))
    assert {(row.channel, row.state) for row in sent} == {(pigeon.code, "sent")}
    assert {row.to_address for row in sent} == {person.loft}


def test_commands_and_what_answers_nothing_are_heard_there(pigeon, person):
    lands(person.loft, "STATUS")
    assert "No tasks in progress" in pigeon.carried[-1].text
    lands(person.loft, "Y")
    assert "Nothing needs your reply" in pigeon.carried[-1].text and tasks_of(person) == []


def test_what_it_cannot_say_goes_by_the_fallback(pigeon, person):
    with isolation.transaction(isolation.system("test")):
        row = db.session.get(Person, person.id)
        assert compose.notify(row, "reset").channel == channels.fallback().code
        assert compose.notify(row, "reply", words="x").channel == pigeon.code


def test_who_is_unknown_or_not_believed_waits_and_can_be_answered(world, pigeon, person):
    lands(person.loft, "Find three suppliers of oat milk", ring="forged")
    assert waiting(person.loft).state == "needs_person" and tasks_of(person) == []
    stranger = f"LOFT {uuid.uuid4().hex[:6]}"
    lands(stranger, "Do you fly?")
    assert pigeon.carried[-1].to_address == stranger
    operator, unknown, forged = world.staff("operator"), waiting(stranger), waiting(person.loft)
    with isolation.transaction(operator.scope):
        inbox.reply(unknown.id, "We do.", operator.actor)
        made = inbox.make_task(forged.id, person.email, operator.actor)
    work_off()
    assert "We do." in [row.text.removeprefix("Poruchi: ") for row in pigeon.carried]
    assert one(select(Task.channel).where(Task.id == made.id)) == [pigeon.code]


def test_pages_and_the_doctor_know_it(world, client, pigeon, person):
    world.sign_in(client, person)
    page = client.get("/account").get_data(as_text=True)
    assert "by pigeon" in page
    form = {"name": "Anna", "language": "en", "zone": "Europe/Riga", "channel": pigeon.code}
    client.post("/account", data=form)
    assert one(select(Person.channel).where(Person.id == person.id)) == [pigeon.code]
    assert doctor.examine()["pigeons"] == "They moult."


def test_what_cannot_be_sent_now_is_on_hold_under_its_name(pigeon, person):
    pigeon.away = "They rest."
    assert dispatch.kept_in(pigeon.code) == (pigeon.code, "They rest.")
    message_id = message_to(person)
    work_off()
    assert (message(message_id).state, message(message_id).error) == ("held", "They rest.")
    assert pigeon.carried == [] and pigeon.code in channels.holds()


def test_a_recipient_that_is_gone_is_nobodys_work(pigeon, person):
    pigeon.gone.add(person.loft)
    message_id = message_to(person)
    work_off()
    assert (message(message_id).state, message(message_id).error) == (
        "failed",
        "The loft is empty.",
    )


def test_after_a_crash_what_informs_is_not_sent_again_and_is_marked(pigeon, person):
    message_id = message_to(person, state="sending")
    work_off()
    assert pigeon.carried == []
    assert (message(message_id).state, message(message_id).error) == (
        "unknown",
        dispatch.MAY_BE_LOST,
    )


def test_after_a_crash_what_asks_is_sent_once_more_and_is_marked(world, pigeon, person):
    helper = world.staff()
    lands(person.loft, "Find three suppliers of oat milk and compare their prices for our cafe")
    (task,) = tasks_of(person)
    bring(world, task.id, person, helper)
    pigeon.send, held = _fails, pigeon.send
    retell(helper, task.id)
    pigeon.send = held
    asked = one(select(Message).where(Message.task_id == task.id, Message.template == "confirm"))[0]
    with isolation.transaction(isolation.system("test")):
        db.session.execute(update(Message).where(Message.id == asked.id).values(state="sending"))
    jobs.run_rows(_rows_of(asked.id))
    assert [row.id for row in pigeon.carried][-1] == asked.id
    assert (message(asked.id).state, message(asked.id).error) == ("sent", dispatch.MAY_BE_TWICE)


def _fails(*_args):
    raise ConnectionError("the process dies here")


def _rows_of(message_id):
    from service.core.outbox import OutboxRow
    from service.tasks.events import Event

    with isolation.transaction(isolation.system("test")):
        rows = select(OutboxRow.id).join(Event, Event.id == OutboxRow.event_id)
        ids = list(
            db.session.scalars(
                rows.where(
                    Event.kind == "message.written",
                    Event.facts["message"].as_integer() == message_id,
                )
            )
        )
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(ids))
            .values(lease_until=None, needs_person_at=None, due_at=OutboxRow.created_at)
        )
    return ids


def test_a_queue_that_nobody_listens_to_is_refused():
    class Lost(Pigeon):
        queue = "sky"

    with pytest.raises(ValueError, match="no worker listens to the queue sky"):
        channels.register(Lost())


def test_no_file_of_the_house_knows_its_name():
    named = [
        str(path.relative_to(ROOT))
        for folder in (*HOUSE, "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html") and "pigeon" in path.read_text(encoding="utf-8").lower()
    ]
    assert named == []


def test_outside_a_channels_folder_nothing_compares_a_channels_code():
    codes = {channel.code for channel in channels.every()}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for folder in HOUSE
        for path in (ROOT / folder).rglob("*.py")
        if "channels" not in path.parent.parts[-2:]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare) and "channel" in ast.unparse(node)
        if {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)} & codes
    ]
    assert found == []


def test_every_channel_says_what_it_is(app):
    assert [channel.code for channel in channels.every() if channel.is_fallback] == ["email"]
    for channel in channels.every():
        assert channel.label and len(channel.code) <= 10 and len(channel.hold) <= 10
    assert settings().outbound == "on"
