"""Conversations in tests: send texts and mails, read the replies, and run outbox rows."""

from __future__ import annotations

import uuid
from email.message import EmailMessage

from sqlalchemy import select, update
from twilio.request_validator import RequestValidator

from service.channels.email import parse
from service.core.actor import staff
from service.core.outbox import OutboxRow
from service.inbound import store
from service.inbound.inbound_message import Inbound
from service.messages.message import Message
from service.tasks import analysis, questions, red_line, understanding
from service.tasks.task import Task, find
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from workers import jobs

HOOK = "http://desk.test/hooks/twilio/message"


def work_off():
    """Do what is due, as the workers would, until nothing is left; calls to vendors are left
    out."""
    for _round in range(20):
        with isolation.transaction(isolation.system("test")):
            ids = list(
                db.session.scalars(
                    select(OutboxRow.id)
                    .where(
                        OutboxRow.done_at.is_(None),
                        OutboxRow.needs_person_at.is_(None),
                        OutboxRow.queue == "work",
                    )
                    .order_by(OutboxRow.id)
                )
            )
        if not ids:
            return
        jobs.run_rows(ids)


def text(client, sender, words, sid=None, signed=True, **more):
    form = {
        "MessageSid": sid or f"SM{uuid.uuid4().hex}",
        "From": sender,
        "To": "+15005550006",
        "Body": words,
        **more,
    }
    signature = RequestValidator("test-token").compute_signature(HOOK, form) if signed else "wrong"
    return client.post(
        "/hooks/twilio/message", data=form, headers={"X-Twilio-Signature": signature}
    )


def checked(sender):
    """What the receiving server that the settings of the tests name writes of a mail that is from
    this address indeed."""
    return f"mx.desk.test; dmarc=pass header.from={sender.rpartition('@')[2]}"


def mail(
    sender, words, subject="Tea", to="tasks@desk.localhost", peer="127.0.0.1", files=(), **headers
):
    letter = EmailMessage()
    letter["Authentication-Results"] = headers.pop("results", checked(sender))
    letter["From"], letter["To"], letter["Subject"] = sender, to, subject
    letter["Message-ID"] = headers.pop("message_id", f"<{uuid.uuid4().hex}@example.com>")
    for name, value in headers.items():
        letter[name.replace("_", "-")] = value
    letter.set_content(words)
    for name, content in files:
        letter.add_attachment(content, maintype="text", subtype="csv", filename=name)
    raw = letter.as_bytes()
    store.store(
        "email", to, parse.identity(raw), sender=sender, raw=raw, headers={"peer": peer, "to": []}
    )
    return raw


def set_aside_all():
    """Leave no message waiting for other tests, whose pages show the oldest hundred."""
    with isolation.transaction(isolation.system("test")):
        db.session.execute(update(Inbound).where(Inbound.state != "worked").values(state="worked"))


def one(query):
    with isolation.transaction(isolation.system("test")):
        found = db.session.scalars(query).all()
        db.session.expunge_all()
    return found


def tasks_of(person):
    return one(select(Task).where(Task.person_id == person.id).order_by(Task.id))


def told(person):
    return [
        message.text
        for message in one(
            select(Message)
            .where(Message.to_id == person.id, Message.direction == "out")
            .order_by(Message.id)
        )
    ]


def sms_task(world, client, person, helper, proposal=None):
    text(
        client,
        person.phone,
        "Find three suppliers of oat milk and compare their prices for our cafe",
    )
    work_off()
    task_id = tasks_of(person)[-1].id
    if world.load(task_id).state == "triage":
        with isolation.transaction(isolation.system("test")):
            analysis.decide(find(task_id), staff(helper.id, "operator"), "delegate", "research")
    for step in ("assigned", "briefed"):
        world._step(step, task_id, person, helper)
    with isolation.transaction(helper.scope):
        task = find(task_id)
        way = (
            understanding.Proposal("Take last year's list", 5000, task.deadline_at)
            if proposal
            else None
        )
        understanding.retell(
            task, helper.actor, "You want three suppliers compared by price.", proposal=way
        )
    work_off()
    return task_id


def new_task(
    world,
    client,
    person,
    helper,
    words="Find three suppliers of oat milk and compare their prices for our cafe",
    state="briefed",
):
    """A task by text that has come as far as briefed (or queued, assigned)."""
    text(client, person.phone, words)
    work_off()
    return bring(world, tasks_of(person)[-1].id, person, helper, state)


def bring(world, task_id, person, helper, state="briefed"):
    """Bring a new task as far as this state."""
    if world.load(task_id).state == "triage":
        with isolation.transaction(isolation.system("test")):
            analysis.decide(find(task_id), staff(helper.id, "operator"), "delegate", "research")
    for step in {"queued": [], "assigned": ["assigned"], "briefed": ["assigned", "briefed"]}[state]:
        world._step(step, task_id, person, helper)
    work_off()
    return task_id


def ask(helper, task_id, words, options=None):
    """The assistant asks; gives the question's id."""
    with isolation.transaction(helper.scope):
        question = questions.ask(find(task_id), helper.actor, words, options)
        number = question.id
    work_off()
    return number


def retell(helper, task_id, words="You want three suppliers compared by price.", proposal=None):
    """The assistant retells."""
    with isolation.transaction(helper.scope):
        task = find(task_id)
        understanding.retell(
            task,
            helper.actor,
            words,
            proposal=understanding.Proposal(proposal, 5000, task.deadline_at) if proposal else None,
        )
    work_off()


def report(helper, task_id, progress=60, help_=""):
    """The assistant reports progress."""
    with isolation.transaction(helper.scope):
        red_line.report(find(task_id), helper.actor, progress, on_time=True, help_=help_)
    work_off()


def deliver(world, person, helper, task_id):
    """The work is reported on and delivered."""
    world._step("delivered", task_id, person, helper)
    work_off()


def answers_on(task_id):
    """The answers to the questions of a task, oldest question first."""
    with isolation.transaction(isolation.system("test")):
        return [question.answer for question in questions.questions_of(find(task_id))]


def said_on(task_id):
    """What people said on a task."""
    return [
        message.text
        for message in one(
            select(Message)
            .where(Message.task_id == task_id, Message.direction == "said")
            .order_by(Message.id)
        )
    ]


def write(client, person, *words):
    """Text these words, one after the other; gives the last word back."""
    for said in words:
        text(client, person.phone, said)
        work_off()
    return told(person)[-1] if told(person) else ""


def delivered(world, client, person, helper):
    task_id = new_task(world, client, person, helper)
    retell(helper, task_id)
    write(client, person, "Y")
    deliver(world, person, helper, task_id)
    return task_id


def texts_to(person):
    return [
        message.text
        for message in one(
            select(Message)
            .where(Message.to_id == person.id, Message.direction == "out", Message.channel == "sms")
            .order_by(Message.id)
        )
    ]


def keep_a_card(person):
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            update(Company)
            .where(Company.id == person.company_id)
            .values(stripe_customer="cus_1", stripe_method="pm_1")
        )


def waiting_questions(task):
    """The questions of a task that are not answered yet, oldest first."""
    return [question for question in questions.questions_of(task) if question.answered_at is None]
