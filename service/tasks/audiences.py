"""The audience of each kind of event: everyone on its task, or staff only. One line for every kind.

The database follows this table through its function `event_is_for_everyone`, which the policy of
`event` calls: a client neither reads nor writes an event for staff only, on a page, by REST, in a
search or an export. Live updates ask `for_everyone`, and notifications to clients follow only from
kinds that are for everyone. A kind that is not listed is for staff only. A new kind needs a line
here and a migration that recreates the function; tests compare the two.
"""

from __future__ import annotations

from service.core.event_kinds import EventKind

EVERYONE, STAFF = "everyone", "staff"

AUDIENCES: dict[EventKind, str] = {
    EventKind.TASK_RECEIVED: EVERYONE,
    EventKind.TASK_UNSURE: EVERYONE,
    EventKind.TASK_QUEUED: EVERYONE,
    EventKind.TASK_REFUSED: EVERYONE,
    EventKind.TASK_DELETED: EVERYONE,
    EventKind.TASK_DONE_AT_ONCE: EVERYONE,
    EventKind.TASK_TRIAGE_UNDONE: EVERYONE,
    EventKind.TASK_SPLIT: EVERYONE,
    EventKind.TASK_SPLIT_OFF: EVERYONE,
    EventKind.TASK_CLAIMED: EVERYONE,
    EventKind.TASK_UNCLAIMED: EVERYONE,
    EventKind.TASK_ASSIGNED: EVERYONE,
    EventKind.TASK_GIVEN_BACK: EVERYONE,
    EventKind.TASK_BRIEFED: EVERYONE,
    EventKind.TASK_RETOLD: EVERYONE,
    EventKind.TASK_CORRECTED: EVERYONE,
    EventKind.TASK_UNDERSTOOD: EVERYONE,
    EventKind.TASK_RED_LINE: EVERYONE,
    EventKind.TASK_RED_LINE_CAME: STAFF,  # the assistant is reminded to report
    EventKind.TASK_RED_LINE_MISSED: STAFF,  # the operators are told that no report came
    EventKind.TASK_OVERDUE: EVERYONE,
    EventKind.TASK_DELIVERED: EVERYONE,
    EventKind.TASK_ACCEPTANCE_NOTICE: EVERYONE,
    EventKind.TASK_SILENCE_ENDED: EVERYONE,
    EventKind.TASK_REWORKED: EVERYONE,
    EventKind.TASK_DISPUTED: EVERYONE,
    EventKind.TASK_RESOLVED: EVERYONE,
    EventKind.TASK_SETTLED: EVERYONE,
    EventKind.TASK_ACCEPTED: EVERYONE,
    EventKind.TASK_ASKED: EVERYONE,
    EventKind.TASK_ANSWERED: EVERYONE,
    EventKind.TASK_CHANGED: EVERYONE,
    EventKind.TASK_CANCELLED: EVERYONE,
    EventKind.TASK_PRAISED: EVERYONE,
    EventKind.TASK_THANKED: EVERYONE,
    EventKind.TASK_CLOSED: EVERYONE,
    EventKind.TASK_MESSAGE: EVERYONE,
    EventKind.TASK_FILE: EVERYONE,
    EventKind.TASK_FILE_LEFT_OUT: EVERYONE,
    EventKind.TASK_LESSON: EVERYONE,
    EventKind.TASK_LESSON_ACCEPTED: EVERYONE,
    EventKind.TASK_LESSON_DROPPED: EVERYONE,
    EventKind.TASK_NOTED: STAFF,  # an operator's note on a message that came in
    EventKind.CHARGE_MADE: EVERYONE,
    EventKind.CHARGE_PAID: EVERYONE,
    EventKind.CHARGE_FAILED: EVERYONE,
    EventKind.COMPANY_LIMITED: EVERYONE,
    # Which mail or text went to whom: each person sees the messages that are theirs.
    EventKind.MESSAGE_WRITTEN: STAFF,
    # What came in, before it is known whose it is.
    EventKind.INBOUND_KEPT: STAFF,
    EventKind.INBOUND_MEDIA: STAFF,
    EventKind.INBOUND_STRANGE: STAFF,
    # Of one person's account: it concerns nobody else of their company.
    EventKind.COMPANY_INVITED: STAFF,
    EventKind.PERSON_WELCOMED: STAFF,
    EventKind.PERSON_RESET: STAFF,
    EventKind.ADDRESS_CLAIMED: STAFF,
}


def for_everyone(kind: EventKind) -> bool:
    """Return whether clients see events of this kind on the tasks that they see."""
    return AUDIENCES.get(kind) == EVERYONE
