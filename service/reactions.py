"""The one table of consequences: what follows from what. Names only; the workers know the functions.

This is the only place where steps, channels and money meet. To see what a click sets off, look here. A reaction
that is added later follows from later events only.
"""

from __future__ import annotations

FOLLOWS: dict[str, tuple[str, ...]] = {
    "inbound.kept": ("understand",),
    "inbound.strange": ("answer_stranger",),
    "inbound.media": ("fetch_media",),
    "task.received": ("triage", "acknowledge"),
    "task.refused": ("tell_client_refused",),
    "task.deleted": ("tell_client_deleted",),
    "task.done_at_once": ("tell_client_done",),
    "task.assigned": ("tell_assistant_assigned",),
    "task.given_back": ("tell_desk_given_back",),
    "task.retold": ("ask_client_to_confirm", "ask_owners"),
    "task.corrected": ("tell_assistant_corrected",),
    "task.understood": ("tell_client_started", "tell_assistant_started", "ask_owners"),
    "task.asked": ("ask_client_question",),
    "task.answered": ("tell_assistant_answered",),
    "task.changed": ("tell_assistant_changed",),
    "task.red_line_came": ("remind_assistant_red_line",),
    "task.red_line_missed": ("tell_desk_red_line",),
    "task.red_line": ("tell_client_red_line",),
    "task.overdue": ("tell_client_late",),
    "task.delivered": ("ask_client_to_accept",),
    "task.acceptance_notice": ("remind_client_to_accept",),
    "task.reworked": ("tell_assistant_rework",),
    "task.disputed": ("tell_desk_disputed",),
    "task.silence_ended": ("tell_desk_silence_ended",),
    "task.resolved": ("charge_decided", "tell_client_resolved"),
    "task.settled": ("charge", "tell_assistant_accepted"),
    "task.accepted": ("charge", "tell_assistant_accepted"),
    "task.cancelled": (
        "charge", "tell_assistant_cancelled", "tell_client_cancelled", "tell_desk_undecided"),
    "task.praised": ("charge_tip", "tell_assistant_praise"),
    "task.message": ("pass_on",),
    "message.written": ("send",),
    "charge.made": ("pay",),
    "charge.paid": ("send_receipt",),
    "charge.failed": ("tell_owner_charge_failed",),
    "company.invited": ("send_invitation",),
    "company.limited": ("ask_owners",),
    "person.welcomed": ("send_welcome",),
    "person.reset": ("send_reset",),
    "address.claimed": ("send_code",),
}

# Calls to the outside take as long as the vendor likes, so they have a queue and workers of their own.
OUTSIDE = frozenset({"send", "pay", "fetch_media"})
QUEUES = ("work", "outside")


def queue_of(reaction: str) -> str:
    """The queue that a reaction goes through; each queue has workers that listen to it alone."""
    return "outside" if reaction in OUTSIDE else "work"
