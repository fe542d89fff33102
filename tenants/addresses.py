"""Whose e-mail or phone is this, and for which company does it hand tasks over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import phonenumbers
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    and_,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.isolation import Base, db
from tenants.literals import literal_limit
from tenants.membership import Membership
from tenants.people import Person


class Address(Base):
    """An e-mail address, a phone number, or what another channel knows a person by. Only a
    verified one speaks for them; `company_id` says for whom."""

    __tablename__ = "address"
    __table_args__ = (
        Index(
            "uq_address_verified",
            "kind",
            "value",
            unique=True,
            postgresql_where="verified_at is not null",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(320))
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    stopped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


# What would make two recipients of one, or a name of an address.
NEVER = frozenset(',;<>():"\\[]')


# Who makes a person of an address, or proves it, does so one after the other.
ONE_BY_ONE = text(
    "select pg_advisory_xact_lock(hashtextextended('address ' || :kind || ' ' || :value, 0))"
)


class BadAddress(ValueError):
    """The text is no e-mail address or phone number that anybody could be reached at."""


def tidy(kind: str, value: str) -> str:
    """Return the one spelling under which an address is kept: lower-case mail, phone in E.164.
    Raises BadAddress, also for a kind that there is not."""
    if kind not in SPELLINGS:
        raise BadAddress(value)
    return SPELLINGS[kind](value)


def _mail(value: str) -> str:
    plain = value.strip().lower()
    if (
        not 3 <= len(plain) <= 320
        or plain.count("@") != 1
        or any(c.isspace() or ord(c) < 32 or c in NEVER for c in plain)
    ):
        raise BadAddress(value)
    return plain


def _phone(value: str) -> str:
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException as error:
        raise BadAddress(value) from error
    if not phonenumbers.is_possible_number(number):
        raise BadAddress(value)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


# How an address of each kind is spelled; channels add kinds of their own.
SPELLINGS: dict[str, Callable[[str], str]] = {"email": _mail, "phone": _phone}


def hold(kind: str, value: str) -> None:
    """Hold an address, in its one spelling, until the transaction ends: others wait for it."""
    db.session.execute(ONE_BY_ONE, {"kind": kind, "value": value})


def add(
    person: Person, kind: str, value: str, *, company_id: int | None, verified: bool
) -> Address:
    """Give a person an address. Raises BadAddress."""
    address = Address(
        person_id=person.id,
        company_id=company_id,
        kind=kind,
        value=tidy(kind, value),
        verified_at=func.now() if verified else None,
    )
    db.session.add(address)
    db.session.flush()
    return address


def claim(person_id: int, company_id: int, kind: str, value: str) -> Address:
    """An address that somebody says is theirs, not verified yet; the one that is there where they
    said so before. Raises BadAddress."""
    plain = tidy(kind, value)
    known = db.session.scalar(
        select(Address)
        .where(Address.person_id == person_id, Address.kind == kind, Address.value == plain)
        .limit(literal_limit(1))
    )
    if known is not None:
        return known
    address = Address(person_id=person_id, company_id=company_id, kind=kind, value=plain)
    db.session.add(address)
    db.session.flush()
    return address


def take_over(address: Address) -> None:
    """The person has shown that they read what is sent there, so it is theirs now: a number that
    changed hands leaves its last owner."""
    hold(address.kind, address.value)
    db.session.execute(
        update(Address)
        .where(
            Address.kind == address.kind, Address.value == address.value, Address.id != address.id
        )
        .values(verified_at=None)
    )
    db.session.execute(
        update(Address)
        .where(Address.id == address.id)
        .values(verified_at=func.now(), stopped_at=None)
    )


def of_person(person_id: int) -> list[Address]:
    """What a person is known by, at most twenty."""
    return list(
        db.session.scalars(
            select(Address)
            .where(Address.person_id == person_id)
            .order_by(Address.id)
            .limit(literal_limit(20))
        )
    )


def phones(people: Iterable[int]) -> dict[int, str]:
    """The verified phone of each of these people who has one, at most five hundred."""
    rows = db.session.execute(
        select(Address.person_id, Address.value)
        .where(
            Address.person_id.in_(set(people)),
            Address.kind == "phone",
            Address.verified_at.is_not(None),
        )
        .order_by(Address.id)
        .limit(literal_limit(500))
    )
    return {row.person_id: row.value for row in rows}


def verify(person_id: int, kind: str, value: str) -> None:
    """The person has shown that this address is theirs: a link that was sent there was used.

    Another's proof is left alone; who gave the address twice has proven it once.
    """
    hold(kind, value)
    taken = select(Address.id).where(
        Address.kind == kind, Address.value == value, Address.verified_at.is_not(None)
    )
    if db.session.scalar(taken) is None:
        mine = select(func.min(Address.id)).where(
            Address.person_id == person_id, Address.kind == kind, Address.value == value
        )
        one = update(Address).where(Address.id == mine.scalar_subquery())
        db.session.execute(one.values(verified_at=func.now()))


def stop(kind: str, value: str, *, stopped: bool) -> None:
    """Somebody wants no more messages at this address, or wants them again."""
    db.session.execute(
        update(Address)
        .where(Address.kind == kind, Address.value == value)
        .values(stopped_at=func.now() if stopped else None)
    )


def stopped(kind: str, value: str) -> bool:
    """Whether somebody wants no more messages at this address."""
    return (
        db.session.scalar(
            select(Address.id)
            .where(Address.kind == kind, Address.value == value, Address.stopped_at.is_not(None))
            .limit(literal_limit(1))
        )
        is not None
    )


def owner_of(kind: str, value: str) -> tuple[Person, int] | None:
    """The person whose verified address this is, with the company it hands over for; None for a
    stranger, or who has left it."""
    try:
        plain = tidy(kind, value)
    except BadAddress:
        return None
    found = db.session.execute(
        select(Person, Address.company_id)
        .join(Address, Address.person_id == Person.id)
        .join(
            Membership,
            and_(Membership.person_id == Person.id, Membership.company_id == Address.company_id),
        )
        .where(
            Address.kind == kind,
            Address.value == plain,
            Address.verified_at.is_not(None),
            Membership.ended_at.is_(None),
        )
    ).first()
    return (found[0], found[1]) if found and found[1] is not None else None


def reach(person_id: int, kind: str) -> str | None:
    """Where this person can be told something: their newest verified address of the kind that was
    not stopped."""
    return db.session.scalar(REACH, {"person": person_id, "address": kind})


# Asked for each message that goes out: built once.
REACH = (
    select(Address.value)
    .where(
        Address.person_id == bindparam("person"),
        Address.kind == bindparam("address"),
        Address.verified_at.is_not(None),
        Address.stopped_at.is_(None),
    )
    .order_by(Address.id.desc())
    .limit(literal_limit(1))
)
