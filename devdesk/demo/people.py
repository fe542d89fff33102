"""People of the demo data: the companies with their members and handbooks, and all staff."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from service.catalogue.categories import all_categories
from service.core.time import now
from tenants import addresses, company, handbook, membership, people
from tenants.isolation import db
from tenants.membership import Membership
from tenants.people import Person
from tenants.signin import passwords
from tenants.signin.tables import Login

WORDS = Path(__file__).with_name("words")
# The service has been running for a little longer than its history covers.
OPEN_FOR = timedelta(days=103)


@dataclass
class Player:
    """A person of the demo data; for staff with skills, languages and how many tasks they may have
    at most."""

    id: int
    name: str
    email: str
    zone: ZoneInfo
    channel: str = "email"
    phone: str = ""
    role: str = "member"
    speaks: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    limit: int = 0
    holds: int = 0


@dataclass
class Firm:
    """A client company with its people by their key."""

    id: int
    slug: str
    currency: str
    silence_days: int
    people: dict[str, Player] = field(default_factory=dict)


@dataclass
class People:
    """Everybody: companies by slug, staff by key."""

    firms: dict[str, Firm]
    staff: dict[str, Player]

    @property
    def assistants(self) -> list[Player]:
        """Return the assistants."""
        return [player for player in self.staff.values() if player.role == "assistant"]


def engage(password: str) -> People:
    """Create all companies and people; everybody signs in with the same password."""
    firms = {row["slug"]: _found(row) for row in table("companies")}
    for row in table("people"):
        firm = firms[row["company"]]
        firm.people[row["key"]] = _join(row, firm)
    staff = {row["key"]: _hire(row) for row in table("staff")}
    _write_handbooks(firms)
    _let_in(password, next(iter(staff.values())))
    return People(firms, staff)


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a text file, by the names in its first line."""
    with (WORDS / f"{name}.tsv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _found(row: dict[str, str]) -> Firm:
    made = company.add(
        row["name"],
        slug=row["slug"],
        currency=row["currency"],
        language=row["language"],
        zone=row["zone"],
    )
    made.address, made.silence_days, made.created_at = (
        row["address"],
        int(row["silence"]),
        now() - OPEN_FOR,
    )
    made.limit_month = int(row["limit"]) if row["limit"] else None
    return Firm(made.id, made.slug, made.currency, made.silence_days)


def _join(row: dict[str, str], firm: Firm) -> Player:
    person = _person(
        row["name"], row["email"], firm.id, row["language"], row["zone"], row["channel"]
    )
    if row["phone"]:
        addresses.add(person, "phone", row["phone"], company_id=firm.id, verified=True)
    membership.join(person, firm.id, row["role"])
    return Player(
        person.id,
        person.name,
        row["email"],
        person.tz,
        row["channel"],
        row["phone"],
        row["role"],
        (row["language"],),
    )


def _hire(row: dict[str, str]) -> Player:
    speaks = tuple(row["speaks"].split(","))
    person = _person(row["name"], row["email"], None, speaks[0], row["zone"], "email")
    trades = (
        list(all_categories())
        if row["trades"] == "*"
        else [trade for trade in row["trades"].split(",") if trade]
    )
    membership.hire(person, row["role"], trades, held_limit=int(row["limit"]) or 5).team = row[
        "team"
    ]
    return Player(
        person.id,
        person.name,
        row["email"],
        person.tz,
        role=row["role"],
        speaks=speaks,
        trades=tuple(trades),
        limit=int(row["limit"]),
    )


def _person(
    name: str, email: str, company_id: int | None, language: str, zone: str, channel: str
) -> Person:
    person = people.add(name, language=language, zone=zone, channel=channel)
    passwords.add_login(person.id, email)
    addresses.add(person, "email", email, company_id=company_id, verified=True)
    return person


def _write_handbooks(firms: dict[str, Firm]) -> None:
    """Write each company's own handbook; the lines that were learned since (marked by a sign) come
    with the tasks."""
    for slug, words in handbooks():
        firm = firms[slug]
        first = "\n".join(line for line in words.split("\n") if line[:2] not in ("+ ", "? "))
        handbook.write(firm.id, first, next(iter(firm.people.values())).id, now() - OPEN_FOR)


def handbooks() -> list[tuple[str, str]]:
    """Return each company's handbook by its slug; a line with + was learned and added, one with ?
    waits for a decision."""
    blocks = (WORDS / "handbooks.txt").read_text(encoding="utf-8").split("== ")[1:]
    return [
        (slug.strip(), words.strip())
        for slug, _, words in (block.partition("\n") for block in blocks)
    ]


def _let_in(password: str, first: Player) -> None:
    """Set one argon2 hash for all, because each takes tens of milliseconds, and backdate
    everybody's accounts by OPEN_FOR."""
    passwords.set_password(first.id, password)
    kept = select(Login.password_hash).where(Login.person_id == first.id).scalar_subquery()
    db.session.execute(
        update(Login).where(Login.password_hash.is_(None)).values(password_hash=kept)
    )
    for made in (Person, Membership, addresses.Address):
        db.session.execute(update(made).values(created_at=func.now() - OPEN_FOR))


def last_numbers(counted: dict[int, int]) -> None:
    """Continue each company's numbers from the number of its last task."""
    for company_id, last in counted.items():
        db.session.execute(select(func.number_on_from(company_id, last)))
