"""Client companies: who submits tasks, in which currency and zone, and what was agreed with
them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, DateTime, Identity, Integer, String, Text, func, select
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from tenants.isolation import Base, db
from tenants.literals import literal_limit


class Company(Base):
    """One client company; money is in `currency`, ISO 4217, a limit in its minor units or none.

    Its tasks are numbered by a sequence of its own, `next_number(id)`. `card_until` is the last day
    on which the stored card is valid.
    """

    __tablename__ = "company"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(String(3), server_default="EUR")
    language: Mapped[str] = mapped_column(String(2), server_default="en")
    zone: Mapped[str] = mapped_column(String(64), server_default="Europe/Riga")
    address: Mapped[str] = mapped_column(Text, server_default="")
    silence_days: Mapped[int] = mapped_column(Integer, server_default="3")
    stripe_customer: Mapped[str | None] = mapped_column(String(100))
    stripe_method: Mapped[str | None] = mapped_column(String(100))
    card_label: Mapped[str | None] = mapped_column(String(60))
    card_until: Mapped[date | None] = mapped_column(Date)
    limit_month: Mapped[int | None] = mapped_column(BigInteger)
    limit_task: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "ts",
            "ch",
            "sh",
            "sch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)


def slug_of(name: str) -> str:
    """Return a name as it can be used in a URL: Latin letters, digits and dashes, at most 30."""
    latin = "".join(LATIN.get(letter, letter) for letter in name.lower())
    plain = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:30].strip("-") or "company"


def add(
    name: str,
    *,
    currency: str = "EUR",
    language: str = "en",
    zone: str = "Europe/Riga",
    slug: str | None = None,
) -> Company:
    """Create a company with a slug of its own; where the slug is taken a number is appended."""
    wanted = slug or slug_of(name)
    company = Company(
        slug=_free(wanted), name=name, currency=currency, language=language, zone=zone
    )
    db.session.add(company)
    db.session.flush()
    return company


def by_slug(slug: str) -> Company | None:
    """Return the company with this slug, or None where the access scope sees none."""
    return db.session.scalar(select(Company).where(Company.slug == slug))


def newest(before: int | None, limit: int) -> list[Company]:
    """Return companies by id, newest first: those before this id, or from the newest on."""
    wanted = select(Company).order_by(Company.id.desc()).limit(literal_limit(limit))
    if before is not None:
        wanted = wanted.where(Company.id < before)
    return list(db.session.scalars(wanted))


def names(also: int | None = None, limit: int = 200) -> list[tuple[int, str]]:
    """Return the newest companies to choose from, by name; and the company `also`, where it is an
    older one."""
    found = {
        row.id: row.name
        for row in db.session.execute(
            select(Company.id, Company.name).order_by(Company.id.desc()).limit(literal_limit(limit))
        )
    }
    if (
        also is not None
        and also not in found
        and (older := db.session.get(Company, also)) is not None
    ):
        found[older.id] = older.name
    return sorted(found.items(), key=lambda one: one[1].casefold())


# Two people who create a company at the same instant look for a free slug one after the other.
ONE_BY_ONE = sql("select pg_advisory_xact_lock(hashtextextended('company slug', 0))")


def _free(wanted: str) -> str:
    db.session.execute(ONE_BY_ONE)
    taken = set(
        db.session.scalars(
            select(Company.slug).where(Company.slug.startswith(wanted, autoescape=True))
        )
    )
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{n}" for n in range(2, len(taken) + 3) if f"{wanted}-{n}" not in taken)
