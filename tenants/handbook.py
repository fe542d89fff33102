"""A company's handbook: how this client works. It is shown with every one of its tasks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import DateTime, ForeignKey, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from tenants.isolation import Base, db

MAX_TEXT = 20_000
# "Tone: plain and warm": the subject of a line comes before its colon.
NAMED = re.compile(r"([^\W\d_][^:.,;!?]{0,23}):\s+(\S.*)")


class Handbook(Base):
    """One page for each company, in its own words; at most 20,000 characters (checked by the
    callers).

    `born` gives for each non-empty line since when it is there, in seconds of Unix time.
    """

    __tablename__ = "handbook"

    company_id: Mapped[int] = mapped_column(ForeignKey("company.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text, server_default="")
    born: Mapped[list[int]] = mapped_column(JSONB, server_default="[]")
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


@dataclass(frozen=True)
class Line:
    """One line of a handbook: its subject where it has one, its text, and since when it is
    there."""

    name: str
    words: str
    since: datetime


def of(company_id: int) -> Handbook | None:
    """Return the company's handbook, None where it was never written or may not be seen."""
    return db.session.get(Handbook, company_id)


def of_companies(ids: list[int]) -> list[Handbook]:
    """Return the handbooks of these companies that this reader may see, in one query."""
    return (
        list(db.session.scalars(select(Handbook).where(Handbook.company_id.in_(ids))))
        if ids
        else []
    )


def lines_of(book: Handbook | None) -> list[Line]:
    """Return the handbook line by line; lines written before lines were dated are as old as the
    handbook's last change."""
    return [_line(words, since) for words, since in _dated(book)]


def write(company_id: int, text: str, by: int, at: datetime | None = None) -> None:
    """Store a new text of the handbook; lines that were in it before retain their age. `at`
    defaults to now."""
    before = db.session.scalar(
        select(Handbook).where(Handbook.company_id == company_id).with_for_update()
    )
    moment, known = at or datetime.now(UTC), dict(_dated(before))
    born = [int(known.get(words, moment).timestamp()) for words in _lines(text)]
    kept = {"text": text, "born": born, "updated_by": by, "updated_at": moment}
    db.session.execute(
        insert(Handbook)
        .values(company_id=company_id, **kept)
        .on_conflict_do_update(index_elements=["company_id"], set_=kept)
    )
    if before is not None:
        db.session.refresh(before)


def with_line(book: Handbook | None, line: str) -> str:
    """Return the handbook's text with one more line at its end."""
    return f"{book.text.rstrip()}\n{line}" if book and book.text.strip() else line


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _dated(book: Handbook | None) -> list[tuple[str, datetime]]:
    if book is None:
        return []
    lines = _lines(book.text)
    if len(book.born) != len(lines):
        return [(words, book.updated_at) for words in lines]
    return [
        (words, datetime.fromtimestamp(at, UTC)) for words, at in zip(lines, book.born, strict=True)
    ]


def _line(words: str, since: datetime) -> Line:
    named = NAMED.fullmatch(words)
    return Line(named[1], named[2], since) if named else Line("", words, since)
