"""The wall: forced row-level security on every table, with what each of the five roles may see and
write."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FUNCTIONS = """
create function wall_person() returns bigint language sql stable parallel safe
  return nullif(current_setting('wall.person', true), '')::bigint;
create function wall_company() returns bigint language sql stable parallel safe
  return nullif(current_setting('wall.company', true), '')::bigint;
create function wall_owner() returns boolean language sql stable parallel safe
  return coalesce(current_setting('wall.owner', true), '') = '1';
create function wall_trades() returns text[] language sql stable parallel safe
  return string_to_array(coalesce(current_setting('wall.trades', true), ''), ',');
"""

COMPANY = "company_id = wall_company()"
TASK = "exists (select 1 from task t where t.id = {table}.task_id)"
HELD = (
    "exists (select 1 from task t where t.id = {table}.task_id and t.company_id ="
    " {table}.company_id and t.holder_id = wall_person())"
)
NO_TASK_OR_TASK = "(task_id is null or " + TASK + ")"
ALL = "true"

# What a company is to an assistant: one whose task they hold, or that has one queued in their
# trades.
SERVED = (
    "(exists (select 1 from task t where t.company_id = {table}.{column} and t.holder_id ="
    " wall_person()) or exists (select 1 from task t where t.company_id = {table}.{column} and"
    " t.state = 'queued' and t.category = any (wall_trades())))"
)

# For each table and role: the verbs (s i u d), what may be seen (using), what may be written (with
# check).
Rules = dict[str, dict[str, tuple[str, str, str]]]


def fact(client: str = "", assistant: str = "") -> dict[str, tuple[str, str, str]]:
    """A fact of a task: seen with the task; written by the client's company, or by the holder."""
    return {
        "client": ("s" + client, COMPANY + " and " + TASK, COMPANY),
        "assistant": ("s" + assistant, TASK, HELD),
        "operator": ("siud", ALL, ALL),
        "system": ("siud", ALL, ALL),
    }


STAFF_ALL = {"operator": ("siud", ALL, ALL), "system": ("siud", ALL, ALL)}
SIGN_IN = {"door": ("siud", ALL, ALL), "system": ("siud", ALL, ALL)}

RULES: Rules = {
    "company": {
        "client": ("s", "id = wall_company()", "false"),
        "assistant": ("s", SERVED.replace("{column}", "id"), "false"),
        "door": ("s", ALL, "false"),
        **STAFF_ALL,
    },
    "person": {
        "client": (
            "su",
            (
                "id = wall_person() or is_staff or exists (select 1 from membership m"
                " where m.person_id = person.id and m.company_id = wall_company())"
            ),
            "id = wall_person()",
        ),
        "assistant": (
            "su",
            (
                "id = wall_person() or is_staff or exists (select 1 from task t where t.person_id ="
                " person.id) or exists (select 1 from message m where m.author_id = person.id and"
                " m.direction = 'said')"
            ),
            "id = wall_person()",
        ),
        "door": ("s", ALL, "false"),
        **STAFF_ALL,
    },
    "address": {"client": ("siu", COMPANY, COMPANY + " and verified_at is null"), **STAFF_ALL},
    "membership": {
        "client": ("su", COMPANY, COMPANY + " and wall_owner()"),
        "assistant": ("s", "person_id = wall_person()", "false"),
        "door": ("s", ALL, "false"),
        **STAFF_ALL,
    },
    "staff": {
        "assistant": ("s", "person_id = wall_person()", "false"),
        "door": ("s", ALL, "false"),
        **STAFF_ALL,
    },
    "handbook": {
        "client": ("siu", COMPANY, COMPANY),
        "assistant": ("s", SERVED.replace("{column}", "company_id"), "false"),
        **STAFF_ALL,
    },
    "login": SIGN_IN,
    "login_session": SIGN_IN,
    "login_token": SIGN_IN,
    "api_key": SIGN_IN,
    "inbound": {
        "client": ("si", COMPANY + " and (person_id = wall_person() or wall_owner())", COMPANY),
        "door": ("i", "false", "company_id is null and task_id is null"),
        **STAFF_ALL,
    },
    "task": {
        "client": (
            "siu",
            COMPANY + " and (not private or person_id = wall_person() or wall_owner())",
            COMPANY,
        ),
        "assistant": (
            "su",
            "holder_id = wall_person() or (state = 'queued' and category = any (wall_trades()))",
            "holder_id = wall_person()",
        ),
        **STAFF_ALL,
    },
    "event": {
        "client": ("si", COMPANY + " and " + NO_TASK_OR_TASK, COMPANY),
        "assistant": ("si", TASK, HELD),
        "door": ("i", "false", "company_id is null and task_id is null"),
        "operator": ("si", ALL, ALL),
        "system": ("si", ALL, ALL),
    },
    "due": {
        "client": ("i", "false", COMPANY),
        "assistant": ("i", "false", "exists (select 1 from event e where e.id = due.event_id)"),
        "door": ("i", "false", "company_id is null"),
        **STAFF_ALL,
    },
    "message": {
        "client": (
            "si",
            COMPANY
            + " and "
            + NO_TASK_OR_TASK
            + " and (direction = 'said' or to_id = wall_person())",
            COMPANY + " and direction = 'said' and author_id = wall_person()",
        ),
        "assistant": (
            "si",
            TASK + " and (direction = 'said' or to_id = wall_person())",
            HELD + " and direction = 'said' and author_id = wall_person()",
        ),
        **STAFF_ALL,
    },
    "ask": STAFF_ALL,
    "attachment": fact("i", "i"),
    "criterion": fact("iud"),
    "pause": fact("iu", "iu"),
    "holding": fact("", "iu"),
    "retelling": fact("u", "i"),
    "agreement": fact("i"),
    "report": fact("", "i"),
    "delivery": fact("", "i"),
    "acceptance": fact("i"),
    "praise": fact("i"),
    "question": fact("u", "i"),
    "charge": {"client": ("s", COMPANY + " and " + TASK, "false"), **STAFF_ALL},
    "invoice": {
        "client": (
            "s",
            COMPANY + " and exists (select 1 from charge c where c.id = invoice.charge_id)",
            "false",
        ),
        **STAFF_ALL,
    },
    "posting": {
        "client": ("s", COMPANY + " and wall_owner()", "false"),
        "operator": ("s", ALL, "false"),
        "system": ("si", ALL, ALL),
    },
    "ledger_line": {
        "client": ("s", COMPANY + " and wall_owner()", "false"),
        "operator": ("s", ALL, "false"),
        "system": ("si", ALL, ALL),
    },
    "invoice_year": {"system": ("siu", ALL, ALL)},
    "api_answer": {
        "client": (
            "si",
            "person_id = wall_person() and " + COMPANY,
            COMPANY + " and person_id = wall_person()",
        ),
        "assistant": (
            "si",
            "person_id = wall_person()",
            "person_id = wall_person() and company_id is null",
        ),
        "operator": (
            "si",
            "person_id = wall_person()",
            "person_id = wall_person() and company_id is null",
        ),
        "system": ("sd", ALL, "false"),
    },
}

# Only these columns of a company may be written by its own people; the number is counted when a
# task is made.
COMPANY_COLUMNS = (
    "last_number, name, language, zone, address, silence_days, card_label, stripe_customer,"
    " stripe_method"
)
VERBS = {"s": "select", "i": "insert", "u": "update", "d": "delete"}


def upgrade() -> None:
    """Force the wall on every table."""
    op.execute(FUNCTIONS)
    op.execute("grant usage on schema public to client, assistant, operator, system, door")
    op.execute(
        "create index ix_task_holder_company on task (holder_id, company_id) where holder_id is not"
        " null"
    )
    op.execute("create index ix_task_person on task (person_id)")
    op.execute("create index ix_message_author on message (author_id) where direction = 'said'")
    for table, rules in RULES.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        for role, (verbs, using, check) in rules.items():
            _allow(
                table, role, verbs, using.replace("{table}", table), check.replace("{table}", table)
            )
    op.execute(f"grant update ({COMPANY_COLUMNS}) on company to client")
    op.execute(
        "create policy client_update on company for update to client using (id = wall_company())"
        " with check (id = wall_company())"
    )
    op.execute(
        "grant usage on all sequences in schema public to client, assistant, operator, system, door"
    )


def _allow(table: str, role: str, verbs: str, using: str, check: str) -> None:
    op.execute(f"grant {', '.join(VERBS[verb] for verb in verbs)} on {table} to {role}")
    for verb in verbs:
        seen = f" using ({using})" if verb in "sud" else ""
        written = f" with check ({check})" if verb in "iu" else ""
        op.execute(
            f"create policy {role}_{VERBS[verb]} on {table} for {VERBS[verb]} to"
            f" {role}{seen}{written}"
        )


def downgrade() -> None:
    """Take the wall down again, for tests of the migrations only."""
    for table, rules in RULES.items():
        for role in rules | ({"client": ("", "", "")} if table == "company" else {}):
            for verb in VERBS.values():
                op.execute(f"drop policy if exists {role}_{verb} on {table}")
        op.execute(f"alter table {table} no force row level security")
        op.execute(f"alter table {table} disable row level security")
        op.execute(f"revoke all on {table} from client, assistant, operator, system, door")
    op.execute("drop function wall_person(), wall_company(), wall_owner(), wall_trades()")
    op.execute("drop index ix_task_holder_company, ix_task_person, ix_message_author")
