"""Pages for signing in and out, a new password, joining a company, and one's own account."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from service import accounts
from service.access import auth
from service.access.locale import locale
from service.access.rate_limits import by_email, by_email_here, limiter, refused
from service.core import channels
from service.core.language import LANGUAGES
from service.core.text import clean
from service.web.signin_state import Reader
from tenants import isolation, people
from tenants.company import Company
from tenants.isolation import db
from tenants.signin import identity, links, passwords
from tenants.signin.tables import Login

pages = Blueprint("account", __name__)
# IANA zones of cities, without the technical ones.
ZONES = sorted(
    zone
    for zone in available_timezones()
    if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/"))
)


@pages.get("/login")
@auth.public
def login() -> ResponseReturnValue:
    """Show the sign-in page; redirect whoever is signed in."""
    return (
        redirect(_home())
        if auth.known()
        else render_template("account/login.html", values={}, errors={})
    )


@pages.post("/login")
@limiter.limit("10/minute", deduct_when=refused)
@limiter.limit("20/hour", key_func=by_email_here, deduct_when=refused)
@limiter.limit("300/hour", key_func=by_email, deduct_when=refused)
@auth.public
def sign_in() -> ResponseReturnValue:
    """Sign in with address and password; the session starts anew."""
    email, password = request.form.get("email", "")[:320], request.form.get("password", "")
    with isolation.transaction(isolation.unauthenticated("sign-in")):
        person_id = passwords.check(email, password)
        token = identity.open_session(person_id, request.user_agent.string) if person_id else None
    if token is None:
        errors = {"password": _("Wrong email or password")}
        return render_template("account/login.html", values={"email": email}, errors=errors), 422
    who = identity.by_session(token)
    wanted = session.get("next", "")
    session.clear()
    assert who is not None  # the session was created in the line above
    g.identity = who
    login_user(Reader(who, token), remember=False)
    session.permanent = True
    return redirect(_local(wanted) or _home(), 303)


@pages.post("/logout")
@auth.public
def logout() -> ResponseReturnValue:
    """Sign out: end this session, here and in the database."""
    who = auth.known()
    if who and who.session_id:
        with isolation.transaction(isolation.unauthenticated("sign-in")):
            identity.end_session(who.session_id, who.person_id)
    logout_user()
    session.clear()
    return redirect(url_for("account.login"), 303)


@pages.get("/app")
@auth.requires_sign_in
def companies() -> ResponseReturnValue:
    """Redirect to the company's pages; show a list where there are several, the staff's pages where
    there is none."""
    seats = g.identity.seats
    if len(seats) == 1:
        return redirect(f"/app/{seats[0].slug}")
    return render_template("account/companies.html", seats=seats) if seats else redirect(_home())


@pages.get("/reset")
@auth.public
def reset() -> ResponseReturnValue:
    """Show the form for a password reset."""
    return render_template("account/reset.html", sent=False)


@pages.post("/reset")
@limiter.limit("10/hour")
@limiter.limit("5/hour", key_func=by_email)
@auth.public
def ask_reset() -> ResponseReturnValue:
    """Send a reset link; the answer is the same whether the address is known or not."""
    accounts.ask_reset(request.form.get("email", "")[:320])
    return render_template("account/reset.html", sent=True)


@pages.route("/reset/<token>", methods=["GET", "POST"])
@limiter.limit("30/hour")
@auth.public
def new_password(token: str) -> ResponseReturnValue:
    """Set a new password with the link from the mail; the first time also a name."""
    with isolation.transaction(isolation.unauthenticated("reset")):
        link = links.read(token[:100], "reset")
        person_id = link.person_id if link else None
        unnamed = accounts.unnamed(person_id)
    if person_id is None:
        return render_template("account/gone.html"), 410
    values = {name: clean(request.form.get(name, ""))[:200] for name in ("name", "company")}
    if request.method == "GET":
        return render_template(
            "account/new_password.html", values=values, unnamed=unnamed, errors={}
        )
    try:
        with isolation.transaction(isolation.system("reset")):
            done = links.use_reset(token[:100], request.form.get("password", ""))
            if done and unnamed:
                accounts.introduce(person_id, values["name"], values["company"])
    except passwords.WeakPassword:
        return (
            render_template(
                "account/new_password.html",
                values=values,
                unnamed=unnamed,
                errors={"password": _weak()},
            ),
            422,
        )
    if not done:
        return render_template("account/gone.html"), 410
    flash(_("Password set. Sign in with it."))
    return redirect(url_for("account.login"), 303)


@pages.route("/join/<token>", methods=["GET", "POST"])
@limiter.limit("30/hour")
@auth.public
def join(token: str) -> ResponseReturnValue:
    """Join a company, or the service, with an invitation."""
    token = token[:100]
    with isolation.transaction(isolation.unauthenticated("join")):
        link = links.read(token, "join")
        company = db.session.get(Company, link.company_id) if link and link.company_id else None
        page = {
            "email": link.email if link else None,
            "company": company.name if company else "Poruchi",
            "zones": ZONES,
        }
    if link is None:
        return render_template("account/gone.html"), 410
    if request.method == "GET":
        values = {"language": locale(), "zone": "Europe/Riga"}
        return render_template("account/join.html", values=values, errors={}, **page)
    values = {
        name: clean(request.form.get(name, ""))[:200] for name in ("name", "language", "zone")
    }
    if errors := _join_errors(values) or _join(token, values):
        return render_template("account/join.html", values=values, errors=errors, **page), 422
    flash(_("Welcome. Sign in with your email and password."))
    return redirect(url_for("account.login"), 303)


def _join_errors(values: dict[str, str]) -> dict[str, str]:
    return {} if values["name"].strip() else {"name": _("Enter your name")}


def _join(token: str, values: dict[str, str]) -> dict[str, str]:
    """Use the invitation; gives what is wrong by field. Aborts with 410 where it was used since."""
    try:
        with isolation.transaction(isolation.system("join")):
            joined = links.use_join(
                token,
                values["name"].strip(),
                request.form.get("password", ""),
                _language(values["language"]),
                _zone(values["zone"]),
            )
    except passwords.WeakPassword:
        weak = _("At least 10 characters. If you already have an account, use its password.")
        return {"password": weak}
    if joined is None:
        abort(make_response(render_template("account/gone.html"), 410))
    return {}


@pages.get("/account")
@auth.requires_sign_in
def account() -> ResponseReturnValue:
    """Show one's own name, language, zone, channel, sessions and password."""
    return _account({})


@pages.post("/account")
@auth.requires_sign_in
def change() -> ResponseReturnValue:
    """Save the fields of the account page."""
    name = clean(request.form.get("name", "")).strip()
    if not 1 <= len(name) <= 200:
        return _account({"name": _("Enter 1 to 200 characters")}), 422
    with isolation.transaction(isolation.system("account")):
        person = db.session.get_one(people.Person, g.identity.person_id)
        person.name, person.language = name, _language(request.form.get("language", ""))
        person.zone, person.theme = (
            _zone(request.form.get("zone", "")),
            _one_of(request.form.get("theme", ""), ("", "light", "dark")),
        )
        person.channel = _one_of(
            request.form.get("channel", ""), [code for code, _label in _channels()]
        )
    flash(_("Saved"))
    return redirect(url_for("account.account"), 303)


@pages.post("/account/password")
@limiter.limit("20/hour")
@auth.requires_sign_in
def change_password() -> ResponseReturnValue:
    """Set a new password and end every session, this one too."""
    with isolation.transaction(isolation.system("account")):
        login_row = db.session.get_one(Login, g.identity.person_id)
        right = (
            passwords.check(login_row.email, request.form.get("old", "")) == g.identity.person_id
        )
    if not right:
        return _account({"old": _("Wrong password")}), 422
    try:
        with isolation.transaction(isolation.system("account")):
            passwords.set_password(g.identity.person_id, request.form.get("password", ""))
    except passwords.WeakPassword:
        return _account({"password": _weak()}), 422
    flash(_("Password changed. Sign in with the new one."))
    return redirect(url_for("account.login"), 303)


@pages.post("/account/sessions/<int:session_id>/end")
@auth.requires_sign_in
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of one's own sessions."""
    with isolation.transaction(isolation.unauthenticated("sign-in")):
        identity.end_session(session_id, g.identity.person_id)
    return redirect(url_for("account.account"), 303)


def _account(errors: dict[str, str]) -> str:
    with isolation.transaction(isolation.unauthenticated("sign-in")):
        person = db.session.get_one(people.Person, g.identity.person_id)
        sessions = identity.sessions_of(person.id)
        return str(
            render_template(
                "account/account.html",
                person=person,
                sessions=sessions,
                errors=errors,
                zones=ZONES,
                channels=_channels(),
            )
        )


def _channels() -> list[tuple[str, str]]:
    """Code and name of what people can choose to be written to by."""
    return [(channel.code, channel.label) for channel in channels.reaching_people()]


def _home() -> str:
    who = current_user.who if current_user.is_authenticated else None
    if who and who.staff_role:
        return "/work" if who.staff_role == "assistant" else "/desk"
    if who and not who.seats:
        abort(403)
    return "/app"


def _local(address: str) -> str:
    """Return the address where it leads to this site, else an empty one."""
    parts = urlsplit(address)
    path = parts.path if parts.netloc in ("", request.host) else ""
    if (
        not path.startswith("/")
        or path.startswith("//")
        or "\\" in path
        or path in ("/login", "/logout")
    ):
        return ""
    return path + (f"?{parts.query}" if parts.query else "")


def _language(value: str) -> str:
    return _one_of(value, LANGUAGES)


def _zone(value: str) -> str:
    return value if value in ZONES else "Europe/Riga"


def _one_of(value: str, choices: Sequence[str]) -> str:
    return value if value in choices else choices[0]


def _weak() -> str:
    return _(
        "Use %(least)s to %(most)s characters",
        least=passwords.SHORTEST,
        most=passwords.LONGEST,
    )
