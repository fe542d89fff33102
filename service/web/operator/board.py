"""The operator's home page, which lists exceptions first, and the board of all open tasks on one
time scale."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from service.access import auth
from service.catalogue.categories import all_categories
from service.channels.email import sender_auth
from service.core import drafts
from service.core.ids import id_of
from service.core.time import now
from service.insight.recent import lately
from service.messages import message_lists as channel_lists
from service.search import query
from service.tasks import lists, workload
from service.tasks.lists import Narrow
from service.tasks.task import UNDER_WAY
from service.web.operator.blueprint import pages, requires_desk
from service.web.ruler import Stretch
from tenants import addresses, company, membership


@pages.get("/desk")
@requires_desk
def desk() -> ResponseReturnValue:
    """Show the exceptions, and how much waits where."""
    return render_template(
        "operator/desk.html",
        exceptions=(wrong := lists.exceptions()),
        most=lists.WRONG,
        phones=_phones(wrong),
        counts=lists.counts("triage", *UNDER_WAY),
        loads=workload.loads(),
        waiting=len(channel_lists.waiting()),
        no_authserv=sender_auth.trusts_nobody(),
    )


def _phones(rows: list[lists.Row]) -> dict[int, str]:
    """Return the phone numbers for these tasks: of who submitted them, and of their assignees."""
    return addresses.phones(
        {person for row in rows for person in (row.task.person_id, row.task.holder_id) if person}
    )


# The board's time scale: from shortly before now to the days that matter; a longer one for the
# weeks ahead.
BEFORE, STRETCHES = (
    timedelta(hours=20),
    {"4": timedelta(days=4), "8": timedelta(days=8), "21": timedelta(days=21)},
)
VIEWS = ("client", "red", "late", "disputed")
# The number of exceptions above the board; the operator's home page shows all.
FIRST = 6


FILTERS = ("state", "q", "days", "trade", "company", "holder", "team", "order")


@pages.get("/desk/board")
@requires_desk
def board() -> ResponseReturnValue:
    """Show all open tasks on one time scale, most urgent first, with the load of the pool; with a
    search text the matches."""
    asked = {name: request.args.get(name, "")[:100] for name in FILTERS}
    teams, loads = membership.teams(), workload.loads()
    start = now().replace(minute=0, second=0, microsecond=0) - BEFORE
    return render_template(
        "operator/board.html",
        page=_page(asked, teams),
        asked=asked,
        states=UNDER_WAY,
        loads=loads,
        teams=teams,
        people=[(person.id, person.name) for person, _count, _limit in loads],
        stretch=Stretch(start, start + BEFORE + STRETCHES.get(asked["days"], STRETCHES["4"])),
        exceptions=(wrong := lists.exceptions()),
        most=lists.WRONG,
        first=wrong[:FIRST],
        phones=_phones(wrong[:FIRST]),
        counts=lists.counts(*UNDER_WAY),
        views=lists.view_counts(),
        companies=company.names(id_of(asked["company"])),
        filters=drafts.filters_of(auth.me().person_id or 0, "/desk/board"),
    )


def _page(asked: dict[str, str], teams: dict[str, list[int]]) -> lists.Page:
    """Return the rows: the best matches of the search text, or what the filters leave."""
    view = asked["state"] if asked["state"] in (*UNDER_WAY, *VIEWS) else ""
    trade = asked["trade"] if asked["trade"] in all_categories() else ""
    narrow = Narrow(
        view,
        trade,
        id_of(asked["company"]),
        id_of(asked["holder"]),
        teams.get(asked["team"], []) if asked["team"] else None,
        asked["order"] == "newest",
    )
    if asked["q"].strip():
        return query.page(
            asked["q"],
            states=(view,) if view in UNDER_WAY else (),
            category=trade or None,
            assignee=narrow.holder,
            narrow=narrow,
        )
    return lists.board(narrow, request.args.get("after"))


@pages.get("/desk/board/figures")
@requires_desk
def figures() -> ResponseReturnValue:
    """Return the pool's figures as a fragment, loaded after the board so that the board does not
    wait for them."""
    loads = workload.loads()
    free = sum(max(0, limit - count) for _person, count, limit in loads)
    return render_template(
        "operator/figures.html",
        free=free,
        most=sum(limit for _person, _count, limit in loads),
        urgent=lists.urgent_share(),
        lately=lately(),
    )
