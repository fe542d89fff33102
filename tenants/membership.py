"""Membership: who belongs to which company, and who is staff in which role and skills."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    case,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from tenants.isolation import Base, db
from tenants.literals import literal_limit
from tenants.people import Person


class StaffRole(StrEnum):
    """A role in the service. Its value is stored: it never changes."""

    ASSISTANT = "assistant"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    ADMIN = "admin"


class CompanyRole(StrEnum):
    """A role in a client company. Its value is stored: it never changes."""

    OWNER = "owner"
    MEMBER = "member"


STAFF_ROLES, COMPANY_ROLES = tuple(StaffRole), tuple(CompanyRole)


class Membership(Base):
    """A person of a company. Owners see private tasks too, pay, and invite. `limit_month`: what a
    member's tasks may cost in a month."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("company_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(10), server_default="member")
    limit_month: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Staff(Base):
    """A person of the service. `held_limit` bounds how many tasks may be assigned to an assistant
    at once; `team` is a name, empty for none."""

    __tablename__ = "staff"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10))
    trades: Mapped[list[str]] = mapped_column(ARRAY(String(30)), server_default="{}")
    held_limit: Mapped[int] = mapped_column(Integer, server_default="5")
    team: Mapped[str] = mapped_column(String(60), server_default="")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def join(person: Person, company_id: int, role: str = "member") -> Membership:
    """Make a person a member of the company."""
    membership = Membership(company_id=company_id, person_id=person.id, role=role)
    db.session.add(membership)
    db.session.flush()
    return membership


def join_again(person_id: int, company_id: int, role: str) -> None:
    """Make a person a member of the company; someone who had left comes back in this role, a
    current member's role stays."""
    db.session.execute(
        insert(Membership)
        .values(company_id=company_id, person_id=person_id, role=role)
        .on_conflict_do_update(
            index_elements=["company_id", "person_id"],
            set_={
                "ended_at": None,
                "role": case((Membership.ended_at.is_not(None), role), else_=Membership.role),
            },
        )
    )


def hire(person: Person, role: str, trades: list[str], *, held_limit: int = 5) -> Staff:
    """Make a person staff of the service; someone who had left comes back in this role."""
    person.is_staff = True
    db.session.flush()
    place = {"role": role, "trades": trades, "held_limit": held_limit, "ended_at": None}
    db.session.execute(
        insert(Staff)
        .values(person_id=person.id, **place)
        .on_conflict_do_update(index_elements=["person_id"], set_=place)
    )
    return db.session.get_one(Staff, person.id, populate_existing=True)


def dismiss(person_id: int) -> None:
    """End a person's employment in the service; their name stays on what they did."""
    db.session.execute(
        update(Staff).where(Staff.person_id == person_id).values(ended_at=func.now())
    )


def belongs(person_id: int, company_id: int) -> bool:
    """Return whether the person is a member of the company now."""
    return db.session.scalar(BELONGS, {"person": person_id, "company": company_id}) is not None


def role_of(person_id: int, company_id: int) -> str | None:
    """Return the person's role in the company now; None where they are no member."""
    return db.session.scalar(
        select(Membership.role).where(
            Membership.person_id == person_id,
            Membership.company_id == company_id,
            Membership.ended_at.is_(None),
        )
    )


def month_limits(company_id: int) -> dict[int, tuple[int, str]]:
    """Return what members may spend in a month, in minor units, with their names; only those who
    have a limit. An owner's limit is not applied."""
    rows = db.session.execute(
        select(Membership.person_id, Membership.limit_month, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.company_id == company_id,
            Membership.role == "member",
            Membership.ended_at.is_(None),
            Membership.limit_month.is_not(None),
        )
        .limit(literal_limit(500))
    )
    return {row.person_id: (row.limit_month or 0, row.name) for row in rows}


def limit_members(company_id: int, limits: dict[int, int | None]) -> None:
    """Set what these members may spend in a month; None is no limit."""
    for place in db.session.scalars(
        select(Membership).where(
            Membership.company_id == company_id, Membership.person_id.in_(limits)
        )
    ):
        place.limit_month = limits[place.person_id]
    db.session.flush()


# Queried for each outgoing message: built once.
BELONGS = select(Membership.id).where(
    Membership.person_id == bindparam("person"),
    Membership.company_id == bindparam("company"),
    Membership.ended_at.is_(None),
)


def companies_of(person_id: int) -> Select[Any]:
    """Return the companies that the person belongs to now, as a subquery."""
    return select(Membership.company_id).where(
        Membership.person_id == person_id, Membership.ended_at.is_(None)
    )


def members(company_id: int) -> list[tuple[Person, Membership]]:
    """Return the company's people now, owners first."""
    rows = db.session.execute(
        select(Person, Membership)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.company_id == company_id, Membership.ended_at.is_(None))
        .order_by(Membership.role.desc(), Person.name)
        .limit(literal_limit(500))
    )
    return [(person, membership) for person, membership in rows]


def owners(company_id: int) -> list[Person]:
    """Return the owners of the company."""
    return [person for person, membership in members(company_id) if membership.role == "owner"]


def owners_held(company_id: int) -> list[int]:
    """Return the owners' ids with their rows locked: two owners who remove each other at the same
    instant come one after the other."""
    return list(
        db.session.scalars(
            select(Membership.person_id)
            .where(
                Membership.company_id == company_id,
                Membership.role == "owner",
                Membership.ended_at.is_(None),
            )
            .order_by(Membership.id)
            .with_for_update()
        )
    )


def is_staff(person_id: int) -> bool:
    """Return whether the person works for the service now."""
    return (
        db.session.scalar(
            select(Staff.person_id).where(Staff.person_id == person_id, Staff.ended_at.is_(None))
        )
        is not None
    )


def desk_people() -> list[Person]:
    """Return supervisors and operators, at most twenty."""
    return list(
        db.session.scalars(
            select(Person)
            .join(Staff, Staff.person_id == Person.id)
            .where(Staff.role.in_(("supervisor", "operator")), Staff.ended_at.is_(None))
            .order_by(Person.id)
            .limit(literal_limit(20))
        )
    )


def teams() -> dict[str, list[int]]:
    """Return the teams of the pool by name, each with its assistants; those without a team come
    last, under an empty name."""
    found: dict[str, list[int]] = {}
    for one in sorted(assistants(), key=lambda one: (not one.team, one.team.casefold())):
        found.setdefault(one.team, []).append(one.person_id)
    return found


def assistants(ids: Collection[int] | None = None) -> list[Staff]:
    """Return the pool's rows, at most five hundred, those with a team first; only of these people
    where ids are given."""
    wanted = select(Staff).where(Staff.role == "assistant", Staff.ended_at.is_(None))
    if ids is not None:
        wanted = wanted.where(Staff.person_id.in_(ids))
    return list(
        db.session.scalars(
            wanted.order_by(Staff.team == "", Staff.person_id).limit(literal_limit(500))
        )
    )


def all_staff() -> list[tuple[Person, Staff]]:
    """Return everybody who works for the service."""
    rows = db.session.execute(
        select(Person, Staff)
        .join(Staff, Staff.person_id == Person.id)
        .where(Staff.ended_at.is_(None))
        .order_by(Staff.role, Person.name)
        .limit(literal_limit(500))
    )
    return [(person, staff) for person, staff in rows]
