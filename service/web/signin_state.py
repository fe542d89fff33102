"""Flask-Login over session rows: the cookie holds a token, so that a sign-out or an operator ends
it everywhere."""

from __future__ import annotations

from flask import Flask, g
from flask_login import LoginManager, UserMixin

from tenants.signin import identity
from tenants.signin.identity import Identity


class Reader(UserMixin):  # type: ignore[misc]
    """Who is signed in, as Flask-Login wants it: the id is the session's token, not the person's
    number."""

    def __init__(self, who: Identity, token: str) -> None:
        self.who = who
        self.token = token

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.token


def init(app: Flask) -> None:
    """Tell Flask-Login how a token becomes a reader."""
    # Without its context processor: an error page must not read the database, which may be what is
    # away.
    manager = LoginManager(app, add_context_processor=False)
    manager.login_view = "account.login"
    manager.login_message = ""
    manager.session_protection = None

    @manager.user_loader
    def load(token: str) -> Reader | None:
        g.identity = who = identity.by_session(token)
        return Reader(who, token) if who else None
