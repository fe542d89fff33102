"""The one table of consequences: what follows from what. Names only; the workers know the
functions.

This is the only place where steps, channels and money meet. To see what a click sets off, look
here. A reaction that is added later follows from later events only.
"""

from __future__ import annotations

EVENT_HANDLERS: dict[str, tuple[str, ...]] = {
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
        "charge",
        "tell_assistant_cancelled",
        "tell_client_cancelled",
        "tell_desk_undecided",
    ),
    "task.praised": ("charge_tip", "tell_assistant_praise"),
    "task.message": ("pass_on",),
    "task.file_left_out": ("tell_client_left_out",),
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

# Calls to vendors take as long as the vendor likes, so each vendor has a queue and workers of its
# own: a slow mail server holds up no payment. What `send` hands over goes through the queue of its
# message's channel.
VENDOR_CALLS = frozenset({"send", "pay", "fetch_media"})
QUEUES = ("work", "mail", "sms", "pay", "push")
QUEUE_OF = {"pay": "pay", "fetch_media": "sms", "send": "mail"}
# How many workers each vendor's queue has; those of `work` are a setting.
WORKERS_PER_QUEUE = {"mail": 2, "sms": 1, "pay": 1, "push": 1}


def queue_of(reaction: str) -> str:
    """Return the queue that a reaction goes through; each queue has workers that listen to it
    alone."""
    return QUEUE_OF.get(reaction, "work")
