"""Playbooks: how work of each category is done well, written by operators and supervisors, read by
the assistants with the skill."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import DateTime, ForeignKey, String, Text, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from service.catalogue.categories import all_categories
from service.core.errors import InvalidInput, NotFound
from service.core.language import LANGUAGES
from tenants.isolation import Base, db

MAX_TEXT = 10_000


class Playbook(Base):
    """A text for each category and language, in plain paragraphs; it belongs to the service, not to
    a company."""

    __tablename__ = "playbook"

    category: Mapped[str] = mapped_column(String(30), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


def of_kinds(codes: Collection[str], language: str) -> dict[str, Playbook]:
    """Return the playbook of each of these categories in this language, else in the other one."""
    rows = db.session.scalars(
        select(Playbook)
        .where(Playbook.category.in_(codes))
        .order_by(Playbook.language == language, Playbook.language)
    )
    return {one.category: one for one in rows}


def all_of(code: str) -> dict[str, Playbook]:
    """Return the playbook of a category by language. Raises NotFound for an unknown category."""
    if code not in all_categories():
        raise NotFound
    return {
        one.language: one
        for one in db.session.scalars(select(Playbook).where(Playbook.category == code))
    }


def written() -> dict[str, dict[str, Playbook]]:
    """Return all playbooks, by category and language."""
    found: dict[str, dict[str, Playbook]] = {}
    for one in db.session.scalars(select(Playbook)):
        found.setdefault(one.category, {})[one.language] = one
    return found


def write(code: str, language: str, text: str, by: int) -> None:
    """Store a playbook's text; an empty one deletes it. Raises NotFound, InvalidInput."""
    if code not in all_categories() or language not in LANGUAGES:
        raise NotFound
    if len(text) > MAX_TEXT:
        raise InvalidInput({language: _("Up to 10,000 characters")})
    if not text.strip():
        db.session.execute(
            delete(Playbook).where(Playbook.category == code, Playbook.language == language)
        )
        return
    kept = {"text": text.strip(), "updated_by": by, "updated_at": func.now()}
    db.session.execute(
        insert(Playbook)
        .values(category=code, language=language, **kept)
        .on_conflict_do_update(index_elements=["category", "language"], set_=kept)
    )
