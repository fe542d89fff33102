"""The audience of each kind of event: everyone on its task, or staff only. One line for every kind.

The database follows this table through its function `event_is_for_everyone`, which the policy of
`event` calls: a client neither reads nor writes an event for staff only, on a page, by REST, in a
search or an export. Live updates ask `for_everyone`, and notifications to clients follow only from
kinds that are for everyone. A kind that is not listed is for staff only. A new kind needs a line
here and a migration that recreates the function; tests compare the two.
"""

from __future__ import annotations

EVERYONE, STAFF = "everyone", "staff"

AUDIENCES = {
    "task.received": EVERYONE,
    "task.unsure": EVERYONE,
    "task.queued": EVERYONE,
    "task.refused": EVERYONE,
    "task.deleted": EVERYONE,
    "task.done_at_once": EVERYONE,
    "task.triage_undone": EVERYONE,
    "task.split": EVERYONE,
    "task.split_off": EVERYONE,
    "task.claimed": EVERYONE,
    "task.unclaimed": EVERYONE,
    "task.assigned": EVERYONE,
    "task.given_back": EVERYONE,
    "task.briefed": EVERYONE,
    "task.retold": EVERYONE,
    "task.corrected": EVERYONE,
    "task.understood": EVERYONE,
    "task.red_line": EVERYONE,
    "task.red_line_came": STAFF,  # the assistant is reminded to report
    "task.red_line_missed": STAFF,  # the operators are notified that no report arrived
    "task.overdue": EVERYONE,
    "task.delivered": EVERYONE,
    "task.acceptance_notice": EVERYONE,
    "task.silence_ended": EVERYONE,
    "task.reworked": EVERYONE,
    "task.disputed": EVERYONE,
    "task.resolved": EVERYONE,
    "task.settled": EVERYONE,
    "task.accepted": EVERYONE,
    "task.asked": EVERYONE,
    "task.answered": EVERYONE,
    "task.changed": EVERYONE,
    "task.cancelled": EVERYONE,
    "task.praised": EVERYONE,
    "task.thanked": EVERYONE,
    "task.closed": EVERYONE,
    "task.message": EVERYONE,
    "task.file": EVERYONE,
    "task.file_left_out": EVERYONE,
    "task.lesson": EVERYONE,
    "task.lesson_accepted": EVERYONE,
    "task.lesson_dropped": EVERYONE,
    "task.noted": STAFF,  # an operator's note on an inbound message
    "charge.made": EVERYONE,
    "charge.paid": EVERYONE,
    "charge.failed": EVERYONE,
    "company.limited": EVERYONE,
    # Which mail or text went to whom: each person sees only their own messages.
    "message.written": STAFF,
    # Inbound messages, before it is known whose they are.
    "inbound.kept": STAFF,
    "inbound.media": STAFF,
    "inbound.strange": STAFF,
    # About one person's account: it concerns nobody else in their company.
    "company.invited": STAFF,
    "person.welcomed": STAFF,
    "person.reset": STAFF,
    "address.claimed": STAFF,
}


def for_everyone(kind: str) -> bool:
    """Return whether clients see events of this kind on the tasks that they see."""
    return AUDIENCES.get(kind) == EVERYONE
