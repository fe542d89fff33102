"""Each kind of event is for everyone on its task or for staff alone; clients neither see nor write
the latter."""

from __future__ import annotations

from alembic import op

from migrations import safe

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

FOR_EVERYONE = (
    "task.received task.unsure task.queued task.refused task.deleted task.done_at_once "
    "task.triage_undone task.split task.split_off task.claimed task.unclaimed task.assigned "
    "task.given_back task.briefed task.retold task.corrected task.understood task.red_line "
    "task.overdue task.delivered task.acceptance_notice task.silence_ended task.reworked "
    "task.disputed task.resolved task.settled task.accepted task.asked task.answered "
    "task.changed task.cancelled task.praised task.thanked task.closed task.message task.file "
    "task.file_left_out task.lesson task.lesson_accepted task.lesson_dropped charge.made "
    "charge.paid charge.failed company.limited"
)
# A kind that it does not know is for staff alone. Plain enough to be put in its place by the
# planner.
FUNCTION = f"""
create or replace function event_is_for_everyone(kind text) returns boolean
  language sql immutable parallel safe
  return kind = any (array[{", ".join(f"'{kind}'" for kind in FOR_EVERYONE.split())}])
"""
SEEN = "(task_id is null or exists (select 1 from task t where t.id = event.task_id))"
OURS = "company_id = wall_company()"


def upgrade() -> None:
    """Make the function, then let the policies of clients ask it."""
    op.execute(FUNCTION)
    safe.one_by_one([_policies(f"{OURS} and event_is_for_everyone(kind)")])


def downgrade() -> None:
    """Without audiences."""
    op.execute(_policies(OURS))
    op.execute("drop function event_is_for_everyone(text)")


def _policies(rule: str) -> str:
    return (
        f"alter policy client_select on event using ({rule} and {SEEN});"
        f" alter policy client_insert on event with check ({rule})"
    )
