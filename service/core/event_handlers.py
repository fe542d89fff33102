"""The one table of consequences: what follows from what. Names only; the workers know the
functions.

This is the only place where steps, channels and money meet. To see what a click sets off, look
here. A reaction that is added later follows from later events only.
"""

from __future__ import annotations

from service.core.event_kinds import EventKind

EVENT_HANDLERS: dict[EventKind, tuple[str, ...]] = {
    EventKind.INBOUND_KEPT: ("understand",),
    EventKind.INBOUND_STRANGE: ("answer_stranger",),
    EventKind.INBOUND_MEDIA: ("fetch_media",),
    EventKind.TASK_RECEIVED: ("triage", "acknowledge"),
    EventKind.TASK_REFUSED: ("tell_client_refused",),
    EventKind.TASK_DELETED: ("tell_client_deleted",),
    EventKind.TASK_DONE_AT_ONCE: ("tell_client_done",),
    EventKind.TASK_ASSIGNED: ("tell_assistant_assigned",),
    EventKind.TASK_GIVEN_BACK: ("tell_desk_given_back",),
    EventKind.TASK_RETOLD: ("ask_client_to_confirm", "ask_owners"),
    EventKind.TASK_CORRECTED: ("tell_assistant_corrected",),
    EventKind.TASK_UNDERSTOOD: ("tell_client_started", "tell_assistant_started", "ask_owners"),
    EventKind.TASK_ASKED: ("ask_client_question",),
    EventKind.TASK_ANSWERED: ("tell_assistant_answered",),
    EventKind.TASK_CHANGED: ("tell_assistant_changed",),
    EventKind.TASK_RED_LINE_CAME: ("remind_assistant_red_line",),
    EventKind.TASK_RED_LINE_MISSED: ("tell_desk_red_line",),
    EventKind.TASK_RED_LINE: ("tell_client_red_line",),
    EventKind.TASK_OVERDUE: ("tell_client_late",),
    EventKind.TASK_DELIVERED: ("ask_client_to_accept",),
    EventKind.TASK_ACCEPTANCE_NOTICE: ("remind_client_to_accept",),
    EventKind.TASK_REWORKED: ("tell_assistant_rework",),
    EventKind.TASK_DISPUTED: ("tell_desk_disputed",),
    EventKind.TASK_SILENCE_ENDED: ("tell_desk_silence_ended",),
    EventKind.TASK_RESOLVED: ("charge_decided", "tell_client_resolved"),
    EventKind.TASK_SETTLED: ("charge", "tell_assistant_accepted"),
    EventKind.TASK_ACCEPTED: ("charge", "tell_assistant_accepted"),
    EventKind.TASK_CANCELLED: (
        "charge",
        "tell_assistant_cancelled",
        "tell_client_cancelled",
        "tell_desk_undecided",
    ),
    EventKind.TASK_PRAISED: ("charge_tip", "tell_assistant_praise"),
    EventKind.TASK_MESSAGE: ("pass_on",),
    EventKind.TASK_FILE_LEFT_OUT: ("tell_client_left_out",),
    EventKind.MESSAGE_WRITTEN: ("send",),
    EventKind.CHARGE_MADE: ("pay",),
    EventKind.CHARGE_PAID: ("send_receipt",),
    EventKind.CHARGE_FAILED: ("tell_owner_charge_failed",),
    EventKind.COMPANY_INVITED: ("send_invitation",),
    EventKind.COMPANY_LIMITED: ("ask_owners",),
    EventKind.PERSON_WELCOMED: ("send_welcome",),
    EventKind.PERSON_RESET: ("send_reset",),
    EventKind.ADDRESS_CLAIMED: ("send_code",),
}

# Calls to vendors take as long as the vendor likes, so each vendor has a queue and workers of its
# own: a slow mail server holds up no payment. What `send` hands over goes through the queue of its
# message's channel; QUEUE_OF has the one for where that is not known. workers/jobs.py knows their
# functions; a test holds both tables together.
VENDOR_CALLS = frozenset({"send", "pay", "fetch_media"})
QUEUES = ("work", "mail", "sms", "pay", "push")
QUEUE_OF = {"pay": "pay", "fetch_media": "sms", "send": "mail"}
# How many workers each vendor's queue has; those of `work` are a setting.
WORKERS_PER_QUEUE = {"mail": 2, "sms": 1, "pay": 1, "push": 1}


def queue_of(reaction: str) -> str:
    """Return the queue that a reaction goes through; each queue has workers that listen to it
    alone."""
    return QUEUE_OF.get(reaction, "work")
