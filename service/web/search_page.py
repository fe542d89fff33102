"""`GET /find?q=…`: results of the command palette while somebody types."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth
from service.core.errors import InvalidInput
from service.search import query
from service.tasks.lists import Row
from service.tasks.states import CLIENT_STATE_NAMES, STATE_NAMES
from tenants import isolation
from tenants.isolation import AccessScope
from tenants.signin.identity import Identity

pages = Blueprint("finding", __name__)
MAX_RESULTS, MAX_QUERY = 8, 100


@pages.get("/find")
@auth.requires_sign_in
def find() -> ResponseReturnValue:
    """Return tasks, people and companies, at most eight of each; `company` names the company whose
    pages a client is on."""
    words = request.args.get("q", "")
    if not 1 <= len(query.tidy(words)) <= len(words) <= MAX_QUERY:
        raise InvalidInput({"q": _("Enter 1 to 100 characters")})
    scope, base = _whose(g.identity, request.args.get("company", ""))
    with isolation.transaction(scope):
        return _found(words, base)


def _whose(who: Identity, slug: str) -> tuple[AccessScope, str]:
    """Return the scope, and the base address of its tasks: staff's own, else that of the named
    company, or of the first."""
    if who.staff_role:
        return who.staff_scope(), "/work" if who.staff_role == "assistant" else "/desk/tasks"
    seat = who.seat(slug) if slug else next(iter(who.seats), None)
    if seat is None:
        abort(404)
    return who.client_scope(seat), f"/app/{seat.slug}/tasks"


def _found(words: str, base: str) -> Response:
    people = "/people" if base.startswith("/app/") else "/desk/pool"
    return jsonify(
        tasks=[_task(row, base) for row in query.tasks(words, MAX_RESULTS)],
        people=[
            {
                "name": one.name,
                "url": base.removesuffix("/tasks") + people if people == "/people" else people,
            }
            for one in query.people(words, MAX_RESULTS)
        ],
        companies=[
            {"name": one.name, "url": f"/desk/companies/{one.id}"}
            for one in query.companies(words, MAX_RESULTS)
        ],
    )


def _task(row: Row, base: str) -> dict[str, object]:
    """Return a row of the palette; on a company's pages a task is shown with its number."""
    task, is_client = row.task, base.startswith("/app/")
    return {
        "title": task.title,
        "number": task.number,
        "company": row.company,
        "state": str((CLIENT_STATE_NAMES if is_client else STATE_NAMES)[task.state]),
        "url": f"{base}/{task.number if is_client else task.id}",
    }
