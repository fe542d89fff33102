"""Messages in and out, and what needs an operator."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service import on_hold
from service.core import outbox_review, restore_epoch
from service.core.errors import NotFound
from service.inbound.inbound_message import Inbound
from service.intake import inbox
from service.messages import message_lists
from service.web.operator.blueprint import pages, requires_desk
from tenants.isolation import db

# Templates of messages whose reader could take over the account.
SECRET = ("reset", "welcome", "invitation", "code")


@pages.get("/desk/messages")
@requires_desk
def messages() -> ResponseReturnValue:
    """Show what needs an operator, what was sent, and what was received."""
    return render_template(
        "operator/messages.html",
        needing=outbox_review.needing_operator(),
        held=on_hold.listed(),
        on_hold=outbox_review.count_on_hold(),
        restored=restore_epoch.newest(),
        out=message_lists.outgoing(request.args.get("out")),
        inbound=message_lists.inbound(after=request.args.get("in")),
        waiting=message_lists.count_waiting(1000),
        SECRET=SECRET,
    )


@pages.post("/desk/due/<int:due_id>/retry")
@requires_desk
def retry(due_id: int) -> ResponseReturnValue:
    """Try an outbox row again."""
    outbox_review.retry(due_id)
    flash(_("Retrying now"))
    return redirect("/desk/messages", 303)


@pages.post("/desk/due/<int:due_id>/send")
@requires_desk
def send(due_id: int) -> ResponseReturnValue:
    """Send a message that is on hold."""
    on_hold.send(due_id)
    flash(_("Sent"))
    return redirect("/desk/messages", 303)


@pages.post("/desk/due/<int:due_id>/discard")
@requires_desk
def discard(due_id: int) -> ResponseReturnValue:
    """Discard a message that is on hold."""
    on_hold.discard(due_id)
    flash(_("Discarded"))
    return redirect("/desk/messages", 303)


@pages.post("/desk/inbound/<int:inbound_id>/replay")
@requires_desk
def replay(inbound_id: int) -> ResponseReturnValue:
    """Process an inbound message again."""
    inbox.replay(inbound_id)
    flash(_("Processing again"))
    return redirect("/desk/messages", 303)


@pages.get("/desk/inbound/<int:inbound_id>/raw")
@requires_desk
def raw(inbound_id: int) -> ResponseReturnValue:
    """Send an inbound message's raw bytes, always as a download, never inline."""
    found = db.session.get(Inbound, inbound_id)
    if found is None:
        raise NotFound
    answer = Response(found.raw, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="inbound-{inbound_id}.txt"'
    return answer
