"""Drafts of unsent text, and saved filters: private to one person, available on all their
devices."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from service.core.errors import InvalidInput, RateLimited
from tenants.isolation import Base, db
from tenants.literals import literal_limit

MAX_TEXT, MAX_KEY, MAX_DRAFTS, MAX_FILTERS = 50_000, 60, 100, 20


class Draft(Base):
    """The unsent text of one field, identified by the field's key (`retell-12`)."""

    __tablename__ = "draft"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class SavedFilter(Base):
    """A named filter of a list: the page's path and its query string."""

    __tablename__ = "saved_filter"
    __table_args__ = (Index("ix_saved_filter_person", "person_id", "path", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    path: Mapped[str] = mapped_column(String(100))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(500))


def save(person_id: int, key: str, text: str) -> None:
    """Store a draft; an empty one is deleted, and beyond a hundred the oldest are deleted. Raises
    InvalidInput."""
    if not 1 <= len(key) <= MAX_KEY or len(text) > MAX_TEXT:
        raise InvalidInput({"text": _("Up to 50,000 characters")})
    if not text.strip():
        return remove(person_id, key)
    kept = {"text": text, "updated_at": func.now()}
    db.session.execute(
        insert(Draft)
        .values(person_id=person_id, key=key, **kept)
        .on_conflict_do_update(index_elements=["person_id", "key"], set_=kept)
    )
    _forget_the_oldest(person_id)


def remove(person_id: int, key: str) -> None:
    """Delete a draft."""
    db.session.execute(delete(Draft).where(Draft.person_id == person_id, Draft.key == key))


def drafts_of(person_id: int) -> list[Draft]:
    """Return all drafts of a person, newest first."""
    return list(
        db.session.scalars(
            select(Draft)
            .where(Draft.person_id == person_id)
            .order_by(Draft.updated_at.desc())
            .limit(literal_limit(MAX_DRAFTS))
        )
    )


def save_filter(person_id: int, path: str, name: str, query: str) -> None:
    """Save a filter under a name. Raises InvalidInput, RateLimited."""
    if not 1 <= len(name.strip()) <= 60 or len(query) > 500 or len(path) > 100:
        raise InvalidInput({"name": _("Enter 1 to 60 characters")})
    if len(filters_of(person_id, path)) >= MAX_FILTERS:
        raise RateLimited(_("Up to 20 filters. Remove one first."))
    db.session.add(SavedFilter(person_id=person_id, path=path, name=name.strip(), query=query))
    db.session.flush()


def filters_of(person_id: int, path: str) -> list[SavedFilter]:
    """Return the filters that a person has saved for a page."""
    return list(
        db.session.scalars(
            select(SavedFilter)
            .where(SavedFilter.person_id == person_id, SavedFilter.path == path)
            .order_by(SavedFilter.id)
            .limit(literal_limit(MAX_FILTERS))
        )
    )


def drop_filter(person_id: int, filter_id: int) -> None:
    """Delete a saved filter."""
    db.session.execute(
        delete(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.person_id == person_id)
    )


def _forget_the_oldest(person_id: int) -> None:
    old = (
        select(Draft.key)
        .where(Draft.person_id == person_id)
        .order_by(Draft.updated_at.desc())
        .offset(MAX_DRAFTS)
    )
    db.session.execute(delete(Draft).where(Draft.person_id == person_id, Draft.key.in_(old)))
