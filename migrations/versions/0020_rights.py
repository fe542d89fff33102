"""Rights as narrow as what the code does: changes by column, sequences for who inserts, nothing
that nobody uses. No statement of 0.1 needs what is taken here: a test asks for each one's right.
"""

from __future__ import annotations

from alembic import op

from migrations import safe

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
contracts = "0.1.0"

READERS = ("client", "assistant", "operator")
COMMANDS = ("select", "insert", "update", "delete")
# One policy for each command, as on every other table.
OWN = {"draft": COMMANDS, "saved_filter": ("select", "insert", "delete")}
STAFF_ALONE = ("lesson", "playbook")
# What clients and assistants change, by table; a whole table could be locked by whoever may change
# any column of it.
TASK = (
    "state, category, chosen_by, priority, outcome, reason, budget, unit, quantity, unit_price,"
    " price, deadline_at, deadline_fixed, red_line_at, understood_at, delivered_at, ended_at,"
    " waiting_since, waiting_for, waited_s, disputed_at, overdue_at, off_course_at, holder_id,"
    " score, met_share, alarm_at, alarm, version"
)
COLUMNS = {
    ("task", "client"): TASK,
    ("task", "assistant"): TASK,
    ("membership", "client"): "role, ended_at, limit_month",
    ("handbook", "client"): "text, born, updated_by, updated_at",
    ("pause", "client"): "to_at",
    ("pause", "assistant"): "to_at",
    ("holding", "assistant"): "ended_at, reason",
    ("retelling", "client"): "correction",
    ("question", "client"): "answer, answered_at, answered_by, channel",
    ("draft", "client"): "text, updated_at",
    ("draft", "assistant"): "text, updated_at",
    ("draft", "operator"): "text, updated_at",
}
# What nobody uses. Clients claim addresses, and everybody changes their account, in the system's
# scope.
UNUSED = (
    ("person", "client", "update"),
    ("person", "assistant", "update"),
    ("address", "client", "insert"),
    ("address", "client", "update"),
    ("criterion", "client", "update"),
)
# Who inserts into a table, and so draws from its sequence.
INSERTS = {
    "client": "acceptance agreement api_answer attachment criterion due event inbound message"
    " pause praise saved_filter task",
    "assistant": "api_answer attachment delivery due event holding lesson message pause question"
    " report retelling saved_filter",
    "operator": "acceptance address agreement api_answer ask attachment charge company criterion"
    " delivery due event holding inbound invoice lesson membership message pause person praise"
    " question report retelling saved_filter task",
    "system": "acceptance address agreement api_key ask attachment charge company criterion"
    " delivery due event findable holding inbound invoice ledger_line lesson login_session"
    " login_token membership message pause person posting praise push_subscription question report"
    " retelling saved_filter task",
    "door": "api_key due event inbound login_session login_token",
}
# As it was: of every sequence but those of the companies' numbers.
SEQUENCES = r"""
do $$
declare
  s record;
begin
  for s in select sequencename as name from pg_sequences where schemaname = 'public'
    and sequencename not like 'task\_number\_%' loop
    execute format('grant usage on sequence %I to client, assistant, operator, system, door',
      s.name);
  end loop;
end $$
"""


def upgrade() -> None:
    """Policies table by table, then the rights, which lock nothing."""
    safe.one_by_one(
        ";".join(_by_command(table, commands, "person_id = wall_person()", READERS))
        for table, commands in OWN.items()
    )
    safe.one_by_one(";".join(_by_command(table, COMMANDS, "true", ())) for table in STAFF_ALONE)
    safe.one_by_one(
        f"drop policy if exists {role}_{command} on {table}" for table, role, command in UNUSED
    )
    for table, role, command in UNUSED:
        op.execute(f"revoke {command} on {table} from {role}")
    for role in READERS:
        op.execute(f"revoke update on saved_filter from {role}")
    for (table, role), columns in COLUMNS.items():
        op.execute(f"revoke update on {table} from {role}")
        op.execute(f"grant update ({columns}) on {table} to {role}")
    _sequences()


def _by_command(
    table: str, commands: tuple[str, ...], rule: str, readers: tuple[str, ...]
) -> list[str]:
    """A policy for each command in the place of one for all; the system's are for every command."""
    roles = dict.fromkeys(readers or ("operator",), (commands, rule))
    made = []
    for role, (allowed, condition) in {**roles, "system": (COMMANDS, "true")}.items():
        made.append(f"drop policy if exists {role}_all on {table}")
        for command in allowed:
            made.append(f"drop policy if exists {role}_{command} on {table}")
            made.append(_policy(table, role, command, condition))
    return made


def _policy(table: str, role: str, command: str, condition: str) -> str:
    using = f" using ({condition})" if command != "insert" else ""
    check = f" with check ({condition})" if command in ("insert", "update") else ""
    return f"create policy {role}_{command} on {table} for {command} to {role}{using}{check}"


def _sequences() -> None:
    op.execute(
        "revoke usage on all sequences in schema public"
        " from client, assistant, operator, system, door"
    )
    op.execute("grant usage on sequence invoice_year_year_seq to system")
    for role, tables in INSERTS.items():
        names = ", ".join(f"{table}_id_seq" for table in tables.split())
        op.execute(f"grant usage on sequence {names} to {role}")


def downgrade() -> None:
    """The wide rights and the policies for all commands again."""
    for table in (*OWN, *STAFF_ALONE):
        for role in (*READERS, "system"):
            _for_all(table, role)
    for (table, role), columns in COLUMNS.items():
        op.execute(f"revoke update ({columns}) on {table} from {role}")
        op.execute(f"grant update on {table} to {role}")
    for role in READERS:
        op.execute(f"grant update on saved_filter to {role}")
    for table, role, command in UNUSED:
        op.execute(f"grant {command} on {table} to {role}")
    _unused_policies()
    op.execute(SEQUENCES)


def _for_all(table: str, role: str) -> None:
    """One policy for all commands, where the role has one for each."""
    if table in STAFF_ALONE and role in ("client", "assistant"):
        return
    rule = "true" if role == "system" or table in STAFF_ALONE else "person_id = wall_person()"
    for command in COMMANDS:
        op.execute(f"drop policy if exists {role}_{command} on {table}")
    op.execute(
        f"create policy {role}_all on {table} for all to {role} using ({rule}) with check ({rule})"
    )


def _unused_policies() -> None:
    ours, mine = "company_id = wall_company()", "id = wall_person()"
    seen = "exists (select 1 from task t where t.id = criterion.task_id)"
    unproven = f"{ours} and verified_at is null"
    for table, role, command, using, check in (
        ("person", "client", "update", mine, mine),
        ("person", "assistant", "update", mine, mine),
        ("address", "client", "insert", "", unproven),
        ("address", "client", "update", ours, unproven),
        ("criterion", "client", "update", f"{ours} and {seen}", ours),
    ):
        shown = f" using ({using})" if using else ""
        op.execute(
            f"create policy {role}_{command} on {table} for {command} to {role}{shown}"
            f" with check ({check})"
        )
