"""What goes wrong first; everything that is under way, on one ruler of time."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from service import finding
from service.channels import lists as channel_lists
from service.tasks import lists
from service.tasks.states import STATE_NAMES
from service.web.operator.blueprint import desk_only, pages

BOARD_STATES = ("queued", "assigned", "briefed", "retold", "working", "delivered")


@pages.get("/desk")
@desk_only
def desk() -> ResponseReturnValue:
    """Exceptions, and how much waits where."""
    return render_template("operator/desk.html", exceptions=lists.exceptions(), counts=lists.counts("triage", *BOARD_STATES), states=STATE_NAMES,
                           waiting=len(channel_lists.waiting()))


@pages.get("/desk/board")
@desk_only
def board() -> ResponseReturnValue:
    """Everything that is under way, by dead line, with the load of the pool; with words whatever fits, ended or not."""
    state, words = (request.args.get(name, "")[:100] for name in ("state", "q"))
    only = state if state in BOARD_STATES else None
    page = finding.page(words, states=(only,) if only else ()) if words.strip() else lists.board(only, request.args.get("after"))
    return render_template("operator/board.html", page=page, state=state, q=words, states=BOARD_STATES, loads=lists.loads())
