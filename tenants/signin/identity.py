"""Authentication: from a session's or a key's token to the person, their companies and their role
in the service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text, update

from tenants import isolation
from tenants.company import Company
from tenants.isolation import AccessScope, db
from tenants.people import Person
from tenants.signin import secrets
from tenants.signin.tables import ApiKey, Login, LoginSession

IDLE = timedelta(days=30)


@dataclass(frozen=True)
class Seat:
    """A person's membership in a company."""

    company_id: int
    slug: str
    name: str
    role: str


@dataclass(frozen=True)
class Identity:
    """A person who is signed in, or to whom the key belongs; `session_id` is the login session's,
    `key_id` the key's."""

    person_id: int
    name: str
    language: str
    zone: str
    staff_role: str | None
    trades: tuple[str, ...]
    seats: tuple[Seat, ...]
    theme: str = ""
    session_id: int | None = None
    key_id: int | None = None
    company_id: int | None = None

    def seat(self, slug: str) -> Seat | None:
        """Return the person's membership in the company with this slug."""
        return next((seat for seat in self.seats if seat.slug == slug), None)

    def client_scope(self, seat: Seat) -> AccessScope:
        """Return the scope of this person in that company."""
        return isolation.client(self.person_id, seat.company_id, owner=seat.role == "owner")

    def staff_scope(self) -> AccessScope:
        """Return the scope of this person as staff; a supervisor or admin sees what an operator
        sees."""
        if self.staff_role == "assistant":
            return isolation.assistant(self.person_id, self.trades)
        return isolation.operator(self.person_id)


# One statement for each request: the person, the role in the service, the companies.
_WHO = """
select p.id, p.name, p.language, p.zone, p.theme, s.role as staff_role, coalesce(s.trades,
  '{}') as trades,
       coalesce((select json_agg(json_build_array(c.id, c.slug, c.name, m.role) order by c.name)
                 from membership m join company c on c.id = m.company_id
                 where m.person_id = p.id and m.ended_at is null), '[]') as seats,
       %s
from %s join person p on p.id = k.person_id
left join staff s on s.person_id = p.id and s.ended_at is null
where %s
"""
# The use of a session is recorded every five minutes at most.
BY_SESSION = text(
    """
with noted as (update login_session set seen_at = now() where token_hash = :token
  and ended_at is null
               and seen_at > now() - cast(:idle as interval)
                 and seen_at < now() - interval '5 minutes')
"""
    + _WHO
    % (
        "k.id as session_id, null::bigint as key_id, null::bigint as company_id",
        "login_session k",
        (
            "k.token_hash = :token and k.ended_at is null and k.seen_at > now() - cast(:idle as"
            " interval)"
        ),
    )
)
BY_KEY = text(
    _WHO
    % (
        "null::bigint as session_id, k.id as key_id, k.company_id",
        "api_key k",
        "k.key_hash = :token and k.ended_at is null",
    )
)


def by_session(token: str) -> Identity | None:
    """Return the identity of this cookie's session token, or None where the session was ended or
    has not been used for 30 days. A transaction of its own, in one message, as each page begins
    with it."""
    return _one(
        isolation.execute_in_one_roundtrip(
            isolation.unauthenticated("sign-in"),
            BY_SESSION,
            {"token": secrets.digest(token), "idle": IDLE},
        )
    )


def by_key(key: str) -> Identity | None:
    """Return the identity of this API key, or None; a transaction of its own as well."""
    return _one(
        isolation.execute_in_one_roundtrip(
            isolation.unauthenticated("api key"), BY_KEY, {"token": secrets.digest(key)}
        )
    )


def open_session(person_id: int, agent: str) -> str:
    """Create a session for a person; return the token for the cookie."""
    token = secrets.token()
    db.session.add(
        LoginSession(token_hash=secrets.digest(token), person_id=person_id, agent=agent[:200])
    )
    return token


def sessions_of(person_id: int) -> list[LoginSession]:
    """Return the person's open sessions, newest first, at most 50."""
    return list(
        db.session.scalars(
            select(LoginSession)
            .where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
            .order_by(LoginSession.id.desc())
            .limit(50)
        )
    )


def end_session(session_id: int, person_id: int) -> None:
    """End one of the person's sessions."""
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.person_id == person_id)
        .values(ended_at=func.now())
    )


def end_all(person_id: int) -> None:
    """End all sessions of a person, as an operator does for someone who lost a laptop."""
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.person_id == person_id, LoginSession.ended_at.is_(None))
        .values(ended_at=func.now())
    )


def add_key(person: Person, company_id: int | None, name: str) -> str:
    """Create an API key and return its text, which is shown only this once."""
    key = secrets.token("pk_")
    db.session.add(
        ApiKey(key_hash=secrets.digest(key), person_id=person.id, company_id=company_id, name=name)
    )
    return key


def open_keys() -> list[dict[str, Any]]:
    """Return the keys that can be used now, at most a thousand: id, name, email address of the
    person, company's slug (None for staff)."""
    rows = db.session.execute(
        select(ApiKey.id, ApiKey.name, Login.email, Company.slug)
        .join(Login, Login.person_id == ApiKey.person_id)
        .outerjoin(Company, Company.id == ApiKey.company_id)
        .where(ApiKey.ended_at.is_(None))
        .order_by(ApiKey.id)
        .limit(1000)
    )
    return [
        {"id": row.id, "name": row.name, "email": row.email, "company": row.slug} for row in rows
    ]


def end_key(key_id: int) -> bool:
    """End an API key; return whether there was one to end."""
    return (
        db.session.execute(
            update(ApiKey)
            .where(ApiKey.id == key_id, ApiKey.ended_at.is_(None))
            .values(ended_at=func.now())
            .returning(ApiKey.id)
        ).first()
        is not None
    )


def end_staff_keys(person_id: int) -> None:
    """End the keys with which a person acts as staff."""
    db.session.execute(
        update(ApiKey)
        .where(
            ApiKey.person_id == person_id, ApiKey.company_id.is_(None), ApiKey.ended_at.is_(None)
        )
        .values(ended_at=func.now())
    )


def _one(row: Any) -> Identity | None:
    if row is None:
        return None
    found = row._asdict()
    seats = tuple(Seat(*seat) for seat in found.pop("seats"))
    person_id = found.pop("id")
    return Identity(person_id=person_id, seats=seats, trades=tuple(found.pop("trades")), **found)
