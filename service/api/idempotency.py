"""The answers that were given to a key, so that the same request again gets the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Response, request
from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.api import reading
from service.api.errors import KeyReused, UnderWay, Unreadable
from service.api.keys import Caller
from service.tasks.submission import raw_of
from tenants.isolation import Base, db

KEPT_FOR = timedelta(days=1)
MAX_KEY = 255
HOLD = text("select pg_try_advisory_xact_lock(:lock)")


class Answer(Base):
    """The first answer to an Idempotency-Key of one API key on one route, kept for a day."""

    __tablename__ = "api_answer"
    __table_args__ = (
        UniqueConstraint("key_id", "route", "key"),
        Index("ix_api_answer_created", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"))
    route: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(255))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(Integer)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


def once(who: Caller, call: Callable[[], Response]) -> Response:
    """Carry a call out, or answer as its first time did. Raises UnderWay and KeyReused.

    Answer and effect are committed together; a refusal had no effect, so it is not kept and may be
    tried again.
    """
    key = given()
    if key is None:
        return call()
    # reads all that is sent, before the first query: a slow sender holds no connection to the
    # database
    digest = _digest()
    hold(who, key)
    before = db.session.execute(
        select(Answer.digest, Answer.status, Answer.body).where(
            Answer.key_id == who.key_id, Answer.route == request.path, Answer.key == key
        )
    ).first()
    if before is None:
        return _kept(who, key, digest, call())
    if bytes(before.digest) != digest:
        raise reused()
    return replayed(Response(before.body, before.status, mimetype="application/json"))


def given() -> str | None:
    """The request's Idempotency-Key. Raises Unreadable for one of more than 255 letters, or of
    other than printable ASCII."""
    key = request.headers.get("Idempotency-Key")
    if key is None or (key.isascii() and key.isprintable() and 1 <= len(key) <= MAX_KEY):
        return key
    raise Unreadable(_("An Idempotency-Key has 1 to 255 printable ASCII characters."))


def hold(who: Caller, key: str) -> None:
    """Keep a second request with this key out until the transaction ends. Raises UnderWay for the
    second one."""
    if not db.session.scalar(HOLD, {"lock": lock_of(who, key)}):
        raise UnderWay(
            _("The first request with this key is still being processed. Try again in a second."),
            retry_after=1,
        )


def lock_of(who: Caller, key: str) -> int:
    """The advisory lock of a key on this route."""
    name = f"{who.key_id}\n{request.path}\n{key}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)


def reused() -> KeyReused:
    """The refusal of a key that came with another body."""
    return KeyReused(_("This key was already used for another request. Use a new one."))


def replayed(response: Response) -> Response:
    """Mark an answer that was given before."""
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _kept(who: Caller, key: str, digest: bytes, response: Response) -> Response:
    db.session.flush()
    db.session.execute(
        insert(Answer.__table__).values(  # type: ignore[arg-type]
            company_id=who.seat.company_id if who.seat else None,
            person_id=who.who.person_id,
            key_id=who.key_id,
            route=request.path,
            key=key,
            digest=digest,
            status=response.status_code,
            body=response.get_data(as_text=True),
        )
    )
    return response


def _digest() -> bytes:
    """What makes two requests the same: the JSON's meaning, or a form's fields and its files' names
    and bytes."""
    if request.mimetype != "multipart/form-data":
        return hashlib.sha256(raw_of(reading.json_body())).digest()
    told = hashlib.sha256(raw_of(sorted(request.form.items(multi=True))))
    for field, file in request.files.items(multi=True):
        told.update(raw_of([field, file.filename, file.mimetype]))
        told.update(hashlib.sha256(file.stream.read()).digest())
        file.stream.seek(0)
    return told.digest()
