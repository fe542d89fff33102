"""Row-level security: every policy and every grant of the database, in their present state.

Each table lists its roles. A role has the commands it may use on the table, the rows it sees
(`using`), the rows it may write (`with check`), and, where a command is not for every column, the
columns. `tenants/policy_state.py` turns the list into statements and compares it with a database; a
test does so with a freshly migrated one. Migrations contain statements, never this list: an old one
keeps its meaning.

The roles: `client` (a person of a company), `assistant`, `operator`, `system` (the service itself),
`door` (sign-in and inbound messages, before anybody is authenticated), `finder` (owns the functions
of search) and `backup` (reads everything, writes nothing).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ALL_ROWS, NO_ROW = "true", "false"


@dataclass(frozen=True)
class Access:
    """The access of a role to a table.

    `commands` are words out of select, insert, update, delete. `seen` is the condition of the rows
    that are read, `changed` of those that are changed or deleted ("" where it is the same), and
    `written` of those that are inserted or result from a change; `{table}` in them is the table's
    name. `only` names the columns of a command.
    """

    commands: str
    seen: str = NO_ROW
    written: str = NO_ROW
    changed: str = ""
    only: Mapping[str, str] = field(default_factory=dict)


Roles = dict[str, Access]

# Conditions that many policies share.
OUR_COMPANY = "company_id = wall_company()"
ONES_OWN = "person_id = wall_person()"
TASK_IS_SEEN = "exists (select 1 from task t where t.id = {table}.task_id)"
TASK_IS_SEEN_OR_NONE = f"(task_id is null or {TASK_IS_SEEN})"
# Who sees a queued task, and which events are for everyone on a task: functions, because search
# calls the first one too, and the second is made from a table in Python
# (service/tasks/audiences.py).
QUEUED_FOR_READER = "task_is_queued_for_reader({task}state, {task}category)"
FOR_EVERYONE = "event_is_for_everyone(kind)"
TASK_IS_HELD = (
    "exists (select 1 from task t where t.id = {table}.task_id"
    " and t.company_id = {table}.company_id and t.holder_id = wall_person())"
)
SAID_OR_TO_THE_READER = "(direction = 'said' or to_id = wall_person())"
SAID_BY_THE_WRITER = "direction = 'said' and author_id = wall_person()"

EVERYTHING = Access("select insert update delete", ALL_ROWS, ALL_ROWS)
READS = Access("select", ALL_ROWS)
ADDS = Access("select insert", ALL_ROWS, ALL_ROWS)
STAFF: Roles = {"operator": EVERYTHING, "system": EVERYTHING}
SIGN_IN: Roles = {"door": EVERYTHING, "system": EVERYTHING}


def served(column: str) -> str:
    """Return the condition that a company has a task assigned to the assistant, or queued for
    them."""
    theirs = f"exists (select 1 from task t where t.company_id = {{table}}.{column} and"
    queued = QUEUED_FOR_READER.replace("{task}", "t.")
    return f"({theirs} t.holder_id = wall_person()) or {theirs} {queued}))"


def fact(client: str = "", assistant: str = "", update: str = "") -> Roles:
    """Return the access to a fact of a task: it is seen with the task, and written by the client's
    company or by the assignee, with these commands; whoever may update it, these columns only."""
    columns, ours = {"update": update}, f"{OUR_COMPANY} and {TASK_IS_SEEN}"
    return {
        "client": Access(f"select {client}", ours, OUR_COMPANY, only=columns),
        "assistant": Access(f"select {assistant}", TASK_IS_SEEN, TASK_IS_HELD, only=columns),
        **STAFF,
    }


def own_rows(commands: str, update: str = "") -> Roles:
    """Return the access to rows that belong to one person alone: that person, with these commands
    and columns."""
    mine = Access(commands, ONES_OWN, ONES_OWN, only={"update": update})
    return {"client": mine, "assistant": mine, "operator": mine, "system": EVERYTHING}


# The columns of a task that a step changes. Its company, person, number, text and origin stay as
# they came; only operators split them.
TASK_COLUMNS = (
    "state category chosen_by priority outcome reason budget unit quantity unit_price price"
    " deadline_at deadline_fixed red_line_at understood_at delivered_at ended_at waiting_since"
    " waiting_for waited_s disputed_at overdue_at off_course_at holder_id score met_share alarm_at"
    " alarm version"
)

TABLES: dict[str, Roles] = {
    # Who: companies, people, sign-in.
    "company": {
        "client": Access(
            "select update",
            "id = wall_company()",
            "id = wall_company()",
            only={"update": "name language zone address silence_days limit_month limit_task"},
        ),
        "assistant": Access("select", served("id")),
        "door": READS,
        **STAFF,
    },
    "person": {
        "client": Access(
            "select",
            "id = wall_person() or is_staff or exists (select 1 from membership m"
            " where m.person_id = person.id and m.company_id = wall_company())",
        ),
        "assistant": Access(
            "select",
            "id = wall_person() or is_staff"
            " or exists (select 1 from task t where t.person_id = person.id)"
            " or exists (select 1 from message m"
            " where m.author_id = person.id and m.direction = 'said')",
        ),
        "door": READS,
        **STAFF,
    },
    "address": {"client": Access("select", OUR_COMPANY), **STAFF},
    "membership": {
        "client": Access(
            "select update",
            OUR_COMPANY,
            f"{OUR_COMPANY} and wall_owner()",
            only={"update": "role ended_at limit_month"},
        ),
        "assistant": Access("select", ONES_OWN),
        "door": READS,
        **STAFF,
    },
    "staff": {"assistant": Access("select", ONES_OWN), "door": READS, **STAFF},
    "login": {**SIGN_IN},
    "login_session": {**SIGN_IN},
    "login_token": {**SIGN_IN},
    "api_key": {**SIGN_IN},
    "api_answer": {
        "client": Access(
            "select insert", f"{ONES_OWN} and {OUR_COMPANY}", f"{OUR_COMPANY} and {ONES_OWN}"
        ),
        "assistant": Access("select insert", ONES_OWN, f"{ONES_OWN} and company_id is null"),
        "operator": Access("select insert", ONES_OWN, f"{ONES_OWN} and company_id is null"),
        "system": Access("select delete", ALL_ROWS),
    },
    "push_subscription": {"system": EVERYTHING},
    "draft": own_rows("select insert update delete", update="text updated_at"),
    "saved_filter": own_rows("select insert delete"),
    # What: tasks and what belongs to them.
    "task": {
        "client": Access(
            "select insert update",
            f"{OUR_COMPANY} and (not private or person_id = wall_person() or wall_owner())",
            OUR_COMPANY,
            only={"update": TASK_COLUMNS},
        ),
        "assistant": Access(
            "select update",
            f"holder_id = wall_person() or {QUEUED_FOR_READER.replace('{task}', '')}",
            "holder_id = wall_person()",
            only={"update": TASK_COLUMNS},
        ),
        "finder": Access(
            "select",
            ALL_ROWS,
            only={
                "select": "id company_id number person_id private holder_id state category title"
                " text"
            },
        ),
        **STAFF,
    },
    "event": {
        "client": Access(
            "select insert",
            f"{OUR_COMPANY} and {FOR_EVERYONE} and {TASK_IS_SEEN_OR_NONE}",
            f"{OUR_COMPANY} and {FOR_EVERYONE}",
        ),
        "assistant": Access("select insert", TASK_IS_SEEN, TASK_IS_HELD),
        "door": Access("insert", written="company_id is null and task_id is null"),
        "operator": ADDS,
        "system": ADDS,
    },
    "due": {
        "client": Access("insert", written=OUR_COMPANY),
        "assistant": Access(
            "insert", written="exists (select 1 from event e where e.id = due.event_id)"
        ),
        "door": Access("insert", written="company_id is null"),
        **STAFF,
    },
    "message": {
        "client": Access(
            "select insert",
            f"{OUR_COMPANY} and {TASK_IS_SEEN_OR_NONE} and {SAID_OR_TO_THE_READER}",
            f"{OUR_COMPANY} and {SAID_BY_THE_WRITER}",
        ),
        "assistant": Access(
            "select insert",
            f"{TASK_IS_SEEN} and {SAID_OR_TO_THE_READER}",
            f"{TASK_IS_HELD} and {SAID_BY_THE_WRITER}",
        ),
        **STAFF,
    },
    "inbound": {
        "client": Access(
            "select insert",
            f"{OUR_COMPANY} and (person_id = wall_person() or wall_owner())",
            OUR_COMPANY,
        ),
        "door": Access("insert", written="company_id is null and task_id is null"),
        **STAFF,
    },
    "ask": {**STAFF},
    "attachment": fact("insert", "insert"),
    "criterion": fact("insert delete"),
    "pause": fact("insert update", "insert update", update="to_at"),
    "holding": fact("", "insert update", update="ended_at reason"),
    "retelling": fact("update", "insert", update="correction"),
    "agreement": fact("insert"),
    "report": fact("", "insert"),
    "delivery": fact("", "insert"),
    "acceptance": fact("insert"),
    "praise": fact("insert"),
    "question": fact("update", "insert", update="answer answered_at answered_by channel"),
    # Nothing enters a handbook automatically: an assistant proposes a line, an owner of the company
    # or an operator decides.
    "handbook": {
        "client": Access(
            "select insert update",
            OUR_COMPANY,
            OUR_COMPANY,
            only={"update": "text born updated_by updated_at"},
        ),
        "assistant": Access("select", served("company_id")),
        **STAFF,
    },
    "lesson": {
        "client": Access(
            "select update",
            f"{OUR_COMPANY} and {TASK_IS_SEEN}",
            f"{OUR_COMPANY} and wall_owner()",
            changed=f"{OUR_COMPANY} and {TASK_IS_SEEN} and wall_owner()",
            only={"update": "state decided_by decided_at"},
        ),
        "assistant": Access(
            "select insert", TASK_IS_SEEN, f"{TASK_IS_HELD} and state = 'proposed'"
        ),
        **STAFF,
    },
    "playbook": {"assistant": READS, **STAFF},
    "findable": {"system": ADDS, "finder": READS},
    # Money.
    "charge": {
        "client": Access("select", f"{OUR_COMPANY} and {TASK_IS_SEEN}"),
        **STAFF,
    },
    "invoice": {
        "client": Access(
            "select",
            f"{OUR_COMPANY} and exists (select 1 from charge c where c.id = invoice.charge_id)",
        ),
        **STAFF,
    },
    "posting": {
        "client": Access("select", f"{OUR_COMPANY} and wall_owner()"),
        "operator": READS,
        "system": ADDS,
    },
    "ledger_line": {
        "client": Access("select", f"{OUR_COMPANY} and wall_owner()"),
        "operator": READS,
        "system": ADDS,
    },
    "invoice_year": {"system": Access("select insert update", ALL_ROWS, ALL_ROWS)},
    # Written only by the tables' owner, at a restore.
    "restored": dict.fromkeys(("client", "assistant", "operator", "system", "door"), READS),
}
for _roles in TABLES.values():
    _roles["backup"] = READS

# Tables without row-level security, each with its reason, and who may read them.
OPEN_TABLES: dict[str, tuple[str, ...]] = {
    "alembic_version": ("backup",),  # the name of the newest migration, nothing of a company
}
# Who may call which of our functions. `public` is everybody.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "event_is_for_everyone(text)": ("public",),
    "find_for_assistant(text, integer, text[], text, bigint)": ("assistant",),
    "find_for_client(text, integer, text[], text, bigint)": ("client",),
    "find_for_operator(text, integer, text[], text, bigint)": ("operator",),
    "find_looked(text)": (),
    "find_near(text[], bigint)": (),
    "find_number(text)": (),
    "find_query(text)": (),
    "make_numbers()": (),
    "next_number(bigint)": ("client", "operator", "system"),
    "number_on_from(bigint, integer)": ("system",),
    "task_is_queued_for_reader(text, text)": ("public",),
    "wall_company()": ("public",),
    "wall_owner()": ("public",),
    "wall_person()": ("public",),
    "wall_trades()": ("public",),
}
# Who may use the schema at all.
SCHEMA = ("public", "client", "assistant", "operator", "system", "door", "finder", "backup")
