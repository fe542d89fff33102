"""Every page of the product in every state worth a look: one list for the screenshots and for the
browser tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page

from tests.running_desk import RunningDesk

PASSWORD = "demo desk 12"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
WIDE, PHONE = 1440, 390
CLIENT, ASSISTANT, OPERATOR, ADMIN = (
    "client@demo.example",
    "assistant@demo.example",
    "operator@demo.example",
    "admin@demo.example",
)


@dataclass(frozen=True)
class Shown:
    """A page: its name in a file, its address with gaps for what the demo desk happens to have, who
    reads it, what it answers."""

    name: str
    path: str
    reader: str = ""
    status: int = 200


def _steps(reader: str, prefix: str, path: str, *states: str) -> tuple[Shown, ...]:
    return tuple(
        Shown(f"{prefix}-{state.replace('_', '-')}", path.format("{" + state + "}"), reader)
        for state in states
    )


PAGES = (
    Shown("front", "/"),
    Shown("privacy", "/privacy"),
    Shown("thanks", "/thanks"),
    Shown("sign-in", "/login"),
    Shown("reset", "/reset"),
    Shown("new-password", "/reset/{reset}"),
    Shown("join", "/join/{join}"),
    Shown("gone", "/join/used", status=410),
    Shown("offline", "/offline"),
    Shown("error-404", "/nowhere", status=404),
    Shown("api", "/api/v1/docs"),
    Shown("error-404-signed-in", "/app/demo/tasks/99999", CLIENT, 404),
    Shown("client-desk", "/app/demo/", CLIENT),
    Shown("client-tasks", "/app/demo/tasks", CLIENT),
    Shown("client-tasks-none", "/app/demo/tasks?q=harbourfees", CLIENT),
    Shown("client-new", "/app/demo/tasks/new", CLIENT),
    Shown("client-money", "/app/demo/billing", CLIENT),
    Shown("client-people", "/app/demo/people", CLIENT),
    Shown("client-handbook", "/app/demo/handbook", CLIENT),
    Shown("client-settings", "/app/demo/settings", CLIENT),
    Shown("account", "/account", CLIENT),
    *_steps(
        CLIENT,
        "client-task",
        "/app/demo/tasks/{}",
        "n_triage",
        "n_queued",
        "n_assigned",
        "n_question",
        "n_briefed",
        "n_retold",
        "n_two_ways",
        "n_working",
        "n_delivered",
        "n_disputed",
        "n_accepted",
        "n_closed",
        "n_refused",
        "n_cancelled",
    ),
    *_steps("", "short", "/t/{}", "t_retold", "t_question", "t_delivered", "t_closed"),
    Shown("work", "/work", ASSISTANT),
    Shown("handbooks", "/work/handbooks", ASSISTANT),
    Shown("playbooks", "/work/playbooks", ASSISTANT),
    Shown("month", "/work/month", ASSISTANT),
    *_steps(
        ASSISTANT,
        "bench",
        "/work/{}",
        "a_queued",
        "a_assigned",
        "a_briefed",
        "a_retold",
        "a_working",
        "a_reported",
        "a_delivered",
        "a_accepted",
    ),
    Shown("desk", "/desk", OPERATOR),
    Shown("triage", "/desk/triage", OPERATOR),
    Shown("triage-message", "/desk/triage?message={message}", OPERATOR),
    Shown("board", "/desk/board", OPERATOR),
    Shown("board-none", "/desk/board?q=harbourfees", OPERATOR),
    *_steps(
        OPERATOR,
        "task",
        "/desk/tasks/{}",
        "d_triage",
        "d_queued",
        "d_question",
        "d_retold",
        "d_working",
        "d_late",
        "d_delivered",
        "d_disputed",
        "d_closed",
    ),
    Shown("messages", "/desk/messages", OPERATOR),
    Shown("pool", "/desk/pool", OPERATOR),
    Shown("companies", "/desk/companies", OPERATOR),
    Shown("company", "/desk/companies/{company}", OPERATOR),
    Shown("reports", "/desk/reports", OPERATOR),
    Shown("new", "/desk/tasks/new", OPERATOR),
    Shown("desk-playbooks", "/desk/playbooks", OPERATOR),
    Shown("desk-playbook", "/desk/playbooks/research", OPERATOR),
    Shown("admin", "/admin", ADMIN),
    Shown("admin-end-place", "/admin/people/{staff}/end", ADMIN),
    Shown("styleguide", "/desk/styleguide", OPERATOR),
    Shown("error-403-staff", "/admin", OPERATOR, 403),
)
READERS = tuple(dict.fromkeys(page.reader for page in PAGES))

# What of the demo desk stands for a state: a task's number for its client (n), its id for an
# assistant (a) and the desk (d).
_STATES = {
    "triage": "t.state = 'triage'",
    "queued": "t.state = 'queued'",
    "assigned": "t.state = 'assigned'",
    "question": "t.waiting_for = 'client' and t.state in ('briefed', 'working')",
    "briefed": "t.state = 'briefed' and t.waiting_since is null",
    "retold": "t.state = 'retold' and r.proposal is null",
    "two_ways": "t.state = 'retold' and r.proposal is not null",
    "working": (
        "t.state = 'working' and t.waiting_since is null and t.deadline_at > now() and p.id is null"
    ),
    "reported": (
        "t.state = 'working' and t.waiting_since is null and t.deadline_at > now() and p.id is not"
        " null"
    ),
    "late": "t.state = 'working' and t.deadline_at < now()",
    "delivered": "t.state = 'delivered' and t.disputed_at is null",
    "disputed": "t.disputed_at is not null and t.state = 'delivered'",
    "accepted": "t.state = 'accepted'",
    "closed": "t.state = 'closed'",
    "refused": "t.state = 'refused'",
    "cancelled": "t.state = 'cancelled'",
}
_ONE = """select t.id, t.number, t.person_id, t.company_id from task t left
  join lateral (select proposal from retelling where task_id = t.id
order by id desc limit 1) r on true left join lateral (select id from report where task_id = t.id
  limit 1) p on true
join company c on c.id = t.company_id left join person a on a.id = t.holder_id where {}
  order by {}, t.id desc limit 1"""

_BRIEFED = """update task set state = 'briefed', holder_id = (select id from person
  where name = 'Anna Berzina') where id = (
select min(t.id) from task t join company c on c.id = t.company_id where c.slug = 'demo'
  and t.state = 'queued')
and not exists (select from task t join company c on c.id = t.company_id where c.slug = 'demo'
  and t.state = 'briefed' and t.waiting_since is null)"""


def found(desk: RunningDesk) -> dict[str, str]:
    """What stands in the gaps of the paths. Where nothing of a state is in the assistant's hands,
    something is put there."""
    gaps: dict[str, str] = {}
    for state, wanted in _STATES.items():
        if state == "briefed":
            desk.run_as_system(_BRIEFED)
        firm = desk.rows(_ONE.format(f"{wanted} and c.slug = 'demo'", "c.slug"))
        mine = desk.rows(_ONE.format(wanted, "a.name is distinct from 'Anna Berzina'"))
        if mine and state in ("assigned", "briefed", "reported"):
            for column, table, key in (("holder_id", "task", "id"), ("by_id", "report", "task_id")):
                desk.run_as_system(
                    f"update {table} set {column} = (select id from person where name = 'Anna"
                    f" Berzina') where {key} = %s",
                    mine[0][0],
                )
        anybody = desk.rows(_ONE.format(wanted, "c.slug <> 'demo'"))
        for prefix, rows, column in (("n", firm, 1), ("a", mine, 0), ("d", anybody, 0)):
            gaps[f"{prefix}_{state}"] = str(rows[0][column]) if rows else "0"
        gaps[f"t_{state}"] = _short_link(desk, *firm[0]) if firm else "none"
    gaps["message"] = str(
        desk.rows("select id from inbound where state = 'needs_person' order by id limit 1")[0][0]
    )
    gaps["company"] = str(desk.rows("select id from company where slug = 'demo'")[0][0])
    gaps["staff"] = str(desk.rows("select id from person where name = 'Anna Berzina'")[0][0])
    gaps["reset"], gaps["join"] = _one_time_link(desk, "reset"), _one_time_link(desk, "join")
    return gaps


def _short_link(
    desk: RunningDesk, task_id: int, _number: int, person_id: int, company_id: int
) -> str:
    """A short link as the desk signs it."""
    key = desk.settings().get("SECRET_KEY") or (desk.folder / "secret_key").read_text().strip()
    signed = hmac.new(
        key.encode(), f"link:{task_id}:{person_id}:{company_id}".encode(), hashlib.sha256
    ).digest()
    return "-".join(
        [
            *(_base36(number) for number in (task_id, person_id, company_id)),
            base64.b32encode(signed)[:12].decode().lower(),
        ]
    )


def _base36(number: int) -> str:
    return (_base36(number // 36) if number >= 36 else "") + "0123456789abcdefghijklmnopqrstuvwxyz"[
        number % 36
    ]


def _one_time_link(desk: RunningDesk, purpose: str) -> str:
    token = secrets.token_urlsafe(32)
    desk.run_as_system(
        "insert into login_token (token_hash, purpose, email, person_id, company_id, role,"
        " expires_at) select %s, %s, l.email, l.person_id, c.id, 'member', now() + interval '1"
        " hour' from login l, company c where l.email = %s and c.slug = 'demo'",
        hashlib.sha256(token.encode()).digest(),
        purpose,
        CLIENT,
    )
    return token


class Readers:
    """One browser, and one window for each reader, signed in once; what goes wrong in a window
    stands in its `errors`."""

    def __init__(self, browser: Browser, desk: RunningDesk, **more: object) -> None:
        self.browser, self.desk, self.more = browser, desk, more
        self.states: dict[str, object] = {}

    def window(self, reader: str, width: int = WIDE, **more: object) -> Page:
        """A window of this width in which the reader is signed in; nobody, where there is none."""
        if reader and reader not in self.states:
            self.states[reader] = self.signed_in(reader)
        context: BrowserContext = self.browser.new_context(
            viewport={"width": width, "height": 900 if width > 500 else 844},
            storage_state=self.states.get(reader),
            **self.more,
            **more,
        )  # type: ignore[arg-type]
        page = context.new_page()
        page.errors = []  # type: ignore[attr-defined]
        page.on(
            "console",
            lambda message: page.errors.append(message.text) if message.type == "error" else None,
        )  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on(
            "request",
            lambda request: (
                page.errors.append(request.url)  # type: ignore[attr-defined]
                if not request.url.startswith((self.desk.url, "data:", "blob:"))
                else None
            ),
        )
        return page

    def signed_in(self, reader: str) -> object:
        page = self.browser.new_context().new_page()
        page.goto(f"{self.desk.url}/login")
        page.fill("#email", reader)
        page.fill("#password", PASSWORD)
        page.click("button.btn-main")
        page.wait_for_url(lambda url: "/login" not in url)
        state = page.context.storage_state()
        page.context.close()
        return state


def of(reader: str) -> list[Shown]:
    """The pages of a reader."""
    return [page for page in PAGES if page.reader == reader]
