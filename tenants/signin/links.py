"""One-time links: to set a new password, or to join a company."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, update

from tenants import addresses, membership, people
from tenants.isolation import db
from tenants.signin import known, passwords, secrets
from tenants.signin.tables import Login, LoginToken

RESET_FOR, JOIN_FOR = timedelta(hours=2), timedelta(days=14)


def reset_for(email: str, *, lasts: timedelta = RESET_FOR) -> tuple[str, int] | None:
    """Return a token to set a new password and the person's id; None for an unknown address (show
    the same message in both cases)."""
    login = db.session.scalar(select(Login).where(Login.email == email.strip().lower()))
    if login is None:
        return None
    return _make("reset", login.email, lasts, person_id=login.person_id), login.person_id


def reset_of(person_id: int, *, lasts: timedelta = RESET_FOR) -> str | None:
    """Return a token to set a new password for this person, None where they do not sign in."""
    email = known.login_of(person_id)
    return _make("reset", email, lasts, person_id=person_id) if email else None


def invite(email: str, company_id: int | None, role: str) -> str:
    """Return a token with which the owner of this address joins the company (or the service, where
    there is none)."""
    return _make("join", addresses.tidy("email", email), JOIN_FOR, company_id=company_id, role=role)


def read(token: str, purpose: str) -> LoginToken | None:
    """Return the link's row while it can be used."""
    return db.session.scalar(
        select(LoginToken).where(
            LoginToken.token_hash == secrets.digest(token),
            LoginToken.purpose == purpose,
            LoginToken.used_at.is_(None),
            LoginToken.expires_at > func.now(),
        )
    )


def use_reset(token: str, password: str) -> bool:
    """Set a new password; False where the link was used or has expired. Raises WeakPassword; the
    link remains valid then."""
    link = read(token, "reset")
    if link is None or link.person_id is None or not _spend(link):
        return False
    passwords.set_password(link.person_id, password)
    addresses.verify(link.person_id, "email", link.email)
    return True


def use_join(token: str, name: str, password: str, language: str, zone: str) -> int | None:
    """Join with a link; return the person's id. A person who can sign in already proves it with
    their password."""
    link = read(token, "join")
    if link is None or link.company_id is None or not _spend(link):
        return None
    person_id = _known(link.email, password) or _new(link, name, password, language, zone)
    membership.join_again(person_id, link.company_id, link.role or "member")
    end_invitations(link.company_id, link.email)
    return person_id


def end_invitations(company_id: int, email: str) -> None:
    """Invalidate every open invitation to this company for this address."""
    db.session.execute(
        update(LoginToken)
        .where(
            LoginToken.purpose == "join",
            LoginToken.company_id == company_id,
            LoginToken.email == email,
            LoginToken.used_at.is_(None),
        )
        .values(used_at=func.now())
    )


def _known(email: str, password: str) -> int | None:
    """Return the person with this address, proven by their password. Raises WeakPassword."""
    person_id = known.whose(email)
    if person_id is None:
        return None
    if passwords.check(known.login_of(person_id) or "", password) != person_id:
        raise passwords.WeakPassword
    return person_id


def _new(link: LoginToken, name: str, password: str, language: str, zone: str) -> int:
    person = people.add(name, language=language, zone=zone)
    passwords.add_login(person.id, link.email)
    passwords.set_password(person.id, password)
    # The link was sent to this address, so it is theirs.
    addresses.add(person, "email", link.email, company_id=link.company_id, verified=True)
    return person.id


def _spend(link: LoginToken) -> bool:
    spent = db.session.execute(
        update(LoginToken)
        .where(LoginToken.id == link.id, LoginToken.used_at.is_(None))
        .values(used_at=func.now())
        .returning(LoginToken.id)
    )
    return spent.first() is not None


def _make(purpose: str, email: str, lasts: timedelta, **more: object) -> str:
    token = secrets.token()
    db.session.add(
        LoginToken(
            token_hash=secrets.digest(token),
            purpose=purpose,
            email=email,
            expires_at=func.now() + lasts,
            **more,
        )
    )
    db.session.flush()
    return token
