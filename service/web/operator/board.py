"""What goes wrong first; everything that is under way, on one ruler of time."""

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
from service.tasks import lists
from service.tasks.lists import Narrow
from service.tasks.task import UNDER_WAY
from service.web.operator.blueprint import pages, requires_desk
from service.web.ruler import Stretch
from tenants import addresses, company, membership


@pages.get("/desk")
@requires_desk
def desk() -> ResponseReturnValue:
    """Exceptions, and how much waits where."""
    return render_template(
        "operator/desk.html",
        exceptions=(wrong := lists.exceptions()),
        most=lists.WRONG,
        phones=_phones(wrong),
        counts=lists.counts("triage", *UNDER_WAY),
        loads=lists.loads(),
        waiting=len(channel_lists.waiting()),
        no_authserv=sender_auth.trusts_nobody(),
    )


def _phones(rows: list[lists.Row]) -> dict[int, str]:
    """The phones of those to call about these tasks: who handed them over, and who holds them."""
    return addresses.phones(
        {person for row in rows for person in (row.task.person_id, row.task.holder_id) if person}
    )


# The board's ruler: from a bit of the past to the days that matter; a longer one for the weeks
# ahead.
BEFORE, STRETCHES = (
    timedelta(hours=20),
    {"4": timedelta(days=4), "8": timedelta(days=8), "21": timedelta(days=21)},
)
VIEWS = ("client", "red", "late", "disputed")
# So many of what goes wrong stand above the board; the desk shows all.
FIRST = 6


FILTERS = ("state", "q", "days", "trade", "company", "holder", "team", "order")


@pages.get("/desk/board")
@requires_desk
def board() -> ResponseReturnValue:
    """Everything that is under way on one ruler of time, most pressing first, with the load of the
    pool; with words whatever fits."""
    asked = {name: request.args.get(name, "")[:100] for name in FILTERS}
    teams, loads = membership.teams(), lists.loads()
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
    """The rows: what fits these words best, or what the filters leave."""
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
    """How the pool does, as a piece of the board: read after it, so that the board waits for
    nothing."""
    loads = lists.loads()
    free = sum(max(0, limit - count) for _person, count, limit in loads)
    return render_template(
        "operator/figures.html",
        free=free,
        most=sum(limit for _person, _count, limit in loads),
        urgent=lists.urgent_share(),
        lately=lately(),
    )
