"""Accounts: invitations, lost passwords, new companies and staff. Each writes an event; the mail
follows from it."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update

from service.catalogue.categories import all_categories
from service.core import channels
from service.core.actor import THE_SYSTEM
from service.core.config import settings
from service.core.errors import InvalidInput, NotFound
from service.core.event_kinds import EventKind
from service.outbound import compose
from service.tasks import assignment, events
from service.tasks.states import ASSIGNED_STATES
from service.tasks.task import Task
from tenants import addresses, company, isolation, membership, people
from tenants.company import Company
from tenants.isolation import db
from tenants.membership import COMPANY_ROLES, STAFF_ROLES
from tenants.people import Person
from tenants.signin import codes, identity, known, links, passwords
from tenants.signin.tables import Login

FIRST_PASSWORD_FOR = timedelta(days=3)
MAX_ADDRESSES = 10


def ask_reset(email: str) -> None:
    """Send a link for a new password, where the address is known. The answer is the same where it
    is not."""
    with isolation.transaction(isolation.system("reset")):
        person_id = db.session.scalar(
            select(Login.person_id).where(Login.email == email.strip().lower()[:320])
        )
        if person_id is not None:
            events.write(EventKind.PERSON_RESET, THE_SYSTEM, person=person_id)


def send_reset(person_id: int) -> None:
    """The reaction: make the link and write the mail. The link is made here, so that no secret lies
    in an event."""
    person, login = db.session.get_one(Person, person_id), db.session.get_one(Login, person_id)
    made = links.reset_for(login.email)
    if made:
        compose.notify(
            person,
            "reset",
            channel=channels.to_kind("email").code,
            address=login.email,
            link=f"{settings().url}/reset/{made[0]}",
        )


def unnamed(person_id: int | None) -> bool:
    """Whether they are still called by the address they gave with their first task."""
    person = db.session.get(Person, person_id) if person_id else None
    return person is not None and "@" in person.name


def introduce(person_id: int, name: str, company_name: str) -> None:
    """What they and their company are called, in the system's scope; an empty name changes
    nothing."""
    person = db.session.get_one(Person, person_id)
    address = person.name
    if name.strip():
        person.name = name.strip()[:200]
    if company_name.strip():
        db.session.execute(
            update(Company)
            .where(Company.id.in_(membership.companies_of(person_id)), Company.name == address)
            .values(name=company_name.strip()[:200])
        )


def invite(company_id: int, email: str, role: str, by_person_id: int) -> None:
    """Invite somebody into a company, in the transaction that is open. Raises InvalidInput."""
    if role not in COMPANY_ROLES:
        raise InvalidInput({"role": _("Use owner or member")})
    events.write(
        EventKind.COMPANY_INVITED,
        THE_SYSTEM,
        company_id=company_id,
        to=checked_email(email),
        role=role,
        inviter=by_person_id,
    )


def send_invitation(company_id: int, email: str, role: str, by_person_id: int) -> None:
    """The reaction: make the link and write the mail."""
    made, inviter = links.invite(email, company_id, role), db.session.get_one(Person, by_person_id)
    name = db.session.get_one(Company, company_id).name
    compose.write(
        channels.to_kind("email").code,
        email,
        "invitation",
        inviter.language,
        company_id=company_id,
        inviter=inviter.name,
        company=name,
        link=f"{settings().url}/join/{made}",
    )


def claim_address(person_id: int, company_id: int, value: str) -> None:
    """Somebody gives a number or address of theirs, in the system's scope: a code goes there.
    Raises InvalidInput."""
    kind = "email" if "@" in value else "phone"
    try:
        address = addresses.claim(person_id, company_id, kind, value)
    except addresses.BadAddress as error:
        raise InvalidInput(
            {
                "address": _(
                    "Enter a number with the country code, like +371 20000000, or an email address"
                )
            }
        ) from error
    if len(addresses.of_person(person_id)) >= MAX_ADDRESSES:
        raise InvalidInput({"address": _("Too many addresses. Remove one first.")})
    events.write(EventKind.ADDRESS_CLAIMED, THE_SYSTEM, company_id=company_id, address=address.id)


def send_code(address_id: int) -> None:
    """The reaction: make the code and write it to the address. It is made here, so that no secret
    lies in an event."""
    address = db.session.get(addresses.Address, address_id)
    if address is not None and address.verified_at is None:
        person = db.session.get_one(Person, address.person_id)
        compose.notify(
            person,
            "code",
            channel=channels.to_kind(address.kind).code,
            address=address.value,
            code=codes.make(person.id, address.value),
        )


def prove_address(person_id: int, address_id: int, code: str) -> None:
    """The code came back: the address is theirs, in the system's scope. Raises InvalidInput,
    NotFound."""
    address = db.session.get(addresses.Address, address_id)
    if address is None or address.person_id != person_id:
        raise NotFound
    if not codes.use(person_id, address.value, code[:20]):
        raise InvalidInput({f"code-{address_id}": _("Wrong code, or it is older than 15 minutes")})
    addresses.take_over(address)


def drop_address(person_id: int, address_id: int) -> None:
    """Take an address away, in the system's scope; the one they sign in with stays. Raises
    NotFound, InvalidInput."""
    address, login = db.session.get(addresses.Address, address_id), db.session.get(Login, person_id)
    if address is None or address.person_id != person_id:
        raise NotFound
    if login is not None and address.value == login.email:
        raise InvalidInput({"address": _("You sign in with this address, so it stays.")})
    db.session.delete(address)


def add_company(
    name: str,
    owner_email: str,
    currency: str = "EUR",
    language: str = "en",
    slug: str | None = None,
    zone: str = "Europe/Riga",
    owner_name: str = "",
) -> Company:
    """A new company and its owner, who is sent a link to set a password. Raises InvalidInput."""
    if not 1 <= len(name.strip()) <= 200:
        raise InvalidInput({"name": _("Enter 1 to 200 characters")})
    if currency not in settings().currencies.split(","):
        raise InvalidInput({"currency": _("This currency is not supported")})
    known.whose(checked_email(owner_email))  # held before the company's short name, as elsewhere
    made = company.add(name.strip(), currency=currency, language=language, slug=slug, zone=zone)
    owner = person_of(owner_email, owner_name or name, language, zone, made.id)
    membership.join_again(owner.id, made.id, "owner")
    return made


def add_staff(email: str, name: str, role: str, trades: list[str]) -> Person:
    """A new member of the service, who is sent a link to set a password. Raises InvalidInput."""
    if role not in STAFF_ROLES:
        raise InvalidInput({"role": _("Use assistant, supervisor, operator or admin")})
    if unknown := [code for code in trades if code not in all_categories()]:
        raise InvalidInput({"trades": _("There is no category %(code)s", code=unknown[0][:40])})
    person = person_of(email, name, "en", "Europe/Riga", None)
    if membership.is_staff(person.id):
        raise InvalidInput({"email": _("Already a member of the staff")})
    membership.hire(person, role, trades)
    return person


def end_staff(person_id: int) -> int:
    """End a person's place in the service, in the system's scope: tasks they hold go back to the
    queue, sessions and keys end.

    Return how many tasks went back. Raises NotFound for somebody who is not staff.
    """
    if not membership.is_staff(person_id):
        raise NotFound(_("Not a member of the staff"))
    # Locked in one order, so that nobody moves one of them between the look and the return.
    theirs = select(Task).where(Task.holder_id == person_id, Task.state.in_(ASSIGNED_STATES))
    held = db.session.scalars(theirs.order_by(Task.id).with_for_update()).all()
    for task in held:
        assignment.give_back(task, THE_SYSTEM, _("This person has left the service"))
    membership.dismiss(person_id)
    identity.end_all(person_id)
    identity.end_staff_keys(person_id)
    return len(held)


def person_of(email: str, name: str, language: str, zone: str, company_id: int | None) -> Person:
    """Return the person whose address this is, made where it is nobody's."""
    address = checked_email(email)
    person_id = known.whose(address)
    if person_id is not None:
        return db.session.get_one(Person, person_id)
    person = people.add(name.strip()[:200] or address, language=language, zone=zone)
    passwords.add_login(person.id, address)
    addresses.add(person, "email", address, company_id=company_id, verified=True)
    return person


def checked_email(email: str) -> str:
    """An e-mail address in its one spelling. Raises InvalidInput."""
    try:
        return addresses.tidy("email", email)
    except addresses.BadAddress as error:
        raise InvalidInput({"email": _("Enter a valid email address")}) from error
