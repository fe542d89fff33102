"""What an operator does with messages that no code understands: make it a client's task, drop it, or run it again."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import gettext as _

from service.actor import THE_SYSTEM, Actor
from service.channels.kept import Inbound
from service.errors import BadInput, NotFound, NotNow
from service.tasks import events
from service.tasks.handing_over import Handed, Wish, hand_over
from tenants import addresses
from tenants.wall import db


def make_task(inbound_id: int, email: str, by: Actor) -> Handed:
    """Make the waiting message a task of the client with this e-mail address. Raises BadInput, NotNow."""
    inbound = _waiting(inbound_id)
    owner = addresses.owner_of("email", email)
    if owner is None:
        raise BadInput({"email": _("No client has this address.")})
    person, company_id = owner
    words = inbound.text or inbound.subject or ""
    return hand_over(Wish(text=words, title=inbound.subject or ""), replace(by, channel=inbound.channel), company_id,
                     person_id=person.id, inbound_id=inbound.id)


def drop(inbound_id: int, reason: str, by: Actor) -> None:
    """Set the message aside with a reason; the record stays. Raises BadInput."""
    if not 3 <= len(reason.strip()) <= 1000:
        raise BadInput({"reason": _("Say in a sentence why.")})
    inbound = _waiting(inbound_id)
    inbound.state, inbound.kind, inbound.reason = "worked", "dropped", reason.strip()
    events.write("task.noted", by, inbound=inbound.id, dropped=True)


def replay(inbound_id: int) -> None:
    """Understand a message once more, as when it came. Raises NotNow where it has become something already."""
    inbound = db.session.get(Inbound, inbound_id)
    if inbound is None:
        raise NotFound
    if inbound.state == "worked" and inbound.task_id is not None:
        raise NotNow(_("This message has become a task already."))
    inbound.state, inbound.reason = "kept", None
    db.session.flush()
    events.write("inbound.kept", THE_SYSTEM, inbound=inbound.id)


def _waiting(inbound_id: int) -> Inbound:
    inbound = db.session.get(Inbound, inbound_id, with_for_update=True)
    if inbound is None:
        raise NotFound
    if inbound.state != "needs_person":
        raise NotNow(_("Somebody has dealt with this message already."))
    return inbound
