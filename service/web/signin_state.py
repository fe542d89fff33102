"""Flask-Login over session rows: the cookie carries a token, so that a sign-out or an operator can
end a session everywhere."""

from __future__ import annotations

from flask import Flask, g
from flask_login import LoginManager, UserMixin

from tenants.signin import identity
from tenants.signin.identity import Identity


class Reader(UserMixin):  # type: ignore[misc]
    """The signed-in person for Flask-Login: the id is the session's token, not the person's
    number."""

    def __init__(self, who: Identity, token: str) -> None:
        self.who = who
        self.token = token

    def get_id(self) -> str:
        """Return what the cookie stores."""
        return self.token


def init(app: Flask) -> None:
    """Register how Flask-Login loads a reader by a token."""
    # Without its context processor: an error page must not read the database, which may be
    # unavailable.
    manager = LoginManager(app, add_context_processor=False)
    manager.login_view = "account.login"
    manager.login_message = ""
    manager.session_protection = None

    @manager.user_loader
    def load(token: str) -> Reader | None:
        g.identity = who = identity.by_session(token)
        return Reader(who, token) if who else None
