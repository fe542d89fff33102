"""People whom nobody knows yet: the first task from the public page, and messages from unknown
senders."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from service import accounts
from service.core import actor, channels
from service.core.actor import THE_SYSTEM
from service.core.config import settings
from service.core.errors import InvalidInput
from service.core.event_kinds import EventKind
from service.core.text import to_translate
from service.inbound.inbound_message import Inbound
from service.messages.message import Message
from service.nlu.language_of_text import language_of
from service.outbound import compose
from service.tasks import events
from service.tasks.submission import DeliveryKey, TaskRequest, hand_over, raw_of
from service.tasks.task import MAX_TEXT
from tenants import addresses, company, isolation, membership
from tenants.isolation import db
from tenants.people import Person
from tenants.signin import known, links
from tenants.signin.tables import Login

ANSWERED_FOR = timedelta(days=30)
ONE_BY_ONE = text("select pg_advisory_xact_lock(hashtextextended('stranger ' || :sender, 0))")


@dataclass(frozen=True)
class FirstTask:
    """The public form. Consent was given, or the form is not taken.

    It asks for no name: person and company are called by the address until they say otherwise.
    """

    email: str
    phone: str
    text: str
    language: str
    zone: str


def first_task(form: FirstTask, key: str) -> None:
    """Keep the first task of somebody new: a person, a company of theirs, the task in triage's
    hands, a welcome mail.

    A task from an address that is known already is not taken for that person: it waits for an
    operator. Raises InvalidInput.
    """
    _validate(form)
    with isolation.transaction(isolation.system("public form")):
        kept = DeliveryKey("web", "public", key[:100], raw_of(asdict(form)))
        if known.whose(accounts.checked_email(form.email)) is not None:
            _keep_for_operator(form, kept)
        elif not db.session.scalar(
            select(Inbound.id).where(
                Inbound.channel == kept.channel,
                Inbound.account == "public",
                Inbound.provider_id == kept.provider_id,
            )
        ):
            _welcome(form, kept)


def _validate(form: FirstTask) -> None:
    errors = {}
    if len(form.text.strip()) < 3:
        errors["text"] = _("Describe the task")
    if len(form.text.strip()) > MAX_TEXT:
        errors["text"] = _("Up to 20,000 characters")
    try:
        addresses.tidy("email", form.email)
    except addresses.BadAddress:
        errors["email"] = _("Enter a valid email address")
    if form.phone.strip():
        try:
            addresses.tidy("phone", form.phone)
        except addresses.BadAddress:
            errors["phone"] = _("Enter the number with the country code, like +371 20000000")
    if errors:
        raise InvalidInput(errors)


def _keep_for_operator(form: FirstTask, kept: DeliveryKey) -> None:
    db.session.execute(
        insert(Inbound)
        .values(
            channel=kept.channel,
            account=kept.account,
            provider_id=kept.provider_id,
            sender=form.email,
            raw=kept.raw,
            digest=hashlib.sha256(kept.raw).digest(),
            state="needs_person",
            kind="first_task",
            text=form.text,
            reason=to_translate(
                "This address belongs to a known person. Ask them before making it a task."
            ),
        )
        .on_conflict_do_nothing()
    )


def _welcome(form: FirstTask, kept: DeliveryKey) -> None:
    address = accounts.checked_email(form.email)
    made = company.add(address[:200], language=form.language, zone=form.zone)
    person = accounts.person_of(address, address, form.language, form.zone, made.id)
    membership.join_again(person.id, made.id, "owner")
    # The form proves neither address: nothing is taken from them or billed until the person has set
    # a password.
    _unverify(person)
    if form.phone.strip():
        addresses.add(person, "phone", form.phone, company_id=made.id, verified=False)
    task = hand_over(TaskRequest(form.text), actor.client(person.id), made.id, kept=kept)
    events.write(
        EventKind.PERSON_WELCOMED,
        THE_SYSTEM,
        company_id=made.id,
        person=person.id,
        first_task=task.id,
    )


def _unverify(person: Person) -> None:
    db.session.execute(
        update(addresses.Address)
        .where(addresses.Address.person_id == person.id)
        .values(verified_at=None)
    )


def send_welcome(person_id: int) -> None:
    """The reaction: the welcome mail with a link to set a password; using it proves the address."""
    person, login = db.session.get_one(Person, person_id), db.session.get_one(Login, person_id)
    made = links.reset_for(login.email, lasts=accounts.FIRST_PASSWORD_FOR)
    if made:
        compose.notify(
            person,
            "welcome",
            channel=channels.to_kind("email").code,
            address=login.email,
            link=f"{settings().url}/reset/{made[0]}",
        )


def receive(inbound: Inbound, reason: str, *, answer: bool = True) -> None:
    """Leave a message of an unknown sender to an operator; where it may be answered, one polite
    answer follows."""
    inbound.state, inbound.reason, inbound.kind = "needs_person", reason, "stranger"
    db.session.flush()
    if answer:
        events.write(EventKind.INBOUND_STRANGE, THE_SYSTEM, inbound=inbound.id)


def answer_stranger(inbound_id: int) -> None:
    """The reaction: one polite answer to an address in thirty days, never more, however many
    messages come at once; none to an address of our own."""
    inbound = db.session.get_one(Inbound, inbound_id)
    if inbound.sender.lower().endswith(f"@{settings().mail_domain.lower()}"):
        return
    db.session.execute(ONE_BY_ONE, {"sender": inbound.sender})
    earlier = db.session.scalar(
        select(func.count())
        .select_from(Message)
        .where(
            Message.to_address == inbound.sender,
            Message.template == "stranger",
            Message.direction == "out",
            Message.created_at > func.now() - ANSWERED_FOR,
        )
    )
    stopped = db.session.scalar(
        select(Inbound.id).where(Inbound.sender == inbound.sender, Inbound.kind == "stop").limit(1)
    )
    if not earlier and not stopped and inbound.sender:
        compose.write(
            inbound.channel,
            inbound.sender,
            "stranger",
            language_of(inbound.text or ""),
            reply_to=channels.channel(inbound.channel).reply_to(inbound),
            link=settings().url,
        )
