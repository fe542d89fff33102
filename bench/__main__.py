"""Prints the table. `python -m bench [seconds]`: how long each load runs (30)."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

import psycopg
from twilio.request_validator import RequestValidator

from bench import finding, load, pages, streams, yardstick
from service.search import index
from tests.running_desk import ROOT, RunningDesk, free_port

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 30.0
EMAIL, PHONE = "bench@example.com", "+37129990002"
# What the clock does with new tasks (service/search/index.py), all at once.
LEARNT = str(index.TASKS).replace(":behind", "1000000").replace(":most", "1000000")
rows: list[tuple[str, str, str]] = []


def told(what: str, figure: str, beside: str = "") -> None:
    """One line of the table, printed as soon as it is known."""
    rows.append((what, figure, beside))
    print(f"{what:<58} {figure:>34}   {beside}", flush=True)


def main() -> None:
    """Start a desk, measure, stop it."""
    desk = RunningDesk(demo=True)
    try:
        seconds = desk.start()
        desk.stop(remove=False)
        told("ready, installed, empty database (s)", f"{seconds:.1f}", "target 10")
        told("ready, installed, database there (s)", f"{desk.start():.1f}", "target 10")
        measure(desk)
    finally:
        desk.stop()


def measure(desk: RunningDesk) -> None:
    """All figures of one desk."""
    slug = desk.command("company", "add", "Bench", "--owner", EMAIL).splitlines()[0]
    key = desk.command("apikey", "add", "--company", slug)
    desk.run_as_system(
        "insert into address (person_id, company_id, kind, value, verified_at) select m.person_id,"
        " m.company_id, 'phone', %s, now() from membership m join company c on c.id = m.company_id"
        " where c.slug = %s",
        PHONE,
        slug,
    )
    desk.run_as_system("update person set channel = 'email'")
    time.sleep(5)
    told("resident memory at rest, proportional (MB)", f"{memory(desk):.0f}", "target 700")
    pages.weigh(desk, told)
    texts(desk)
    rest(desk, key)
    mail(desk)
    cookies = {email: sign_in(desk, email, pages.PASSWORD) for email in pages.READERS}
    open_pages(desk, cookies)
    queue_page(desk, cookies[pages.ASSISTANT])
    pages.time_all(desk, told, cookies)
    finding.measure(desk, told)


def rest(desk: RunningDesk, key: str) -> None:
    """Tasks over REST beside the yardstick under the same server, at one and eight connections;
    then the backlog."""
    for connections in (1, 8):
        settle(desk)
        beside = plain(desk, connections)
        run = load.measure(connections, SECONDS, load.rest(desk.port, key))
        told(
            f"REST, accepted tasks/s, {connections} connections",
            f"{run.per_second:.0f} (p50 {run.p50:.0f}, p95 {run.p95:.0f} ms)",
            f"yardstick {beside.per_second:.0f}:"
            f" {100 * run.per_second / max(beside.per_second, 1):.0f} %, errors {run.errors}",
        )
    backlog(desk)


def settle(desk: RunningDesk) -> None:
    """Wait until nothing of an earlier load is under way."""
    while desk.rows("select count(*) from due where done_at is null and needs_person_at is null")[
        0
    ][0]:
        time.sleep(0.5)


def plain(desk: RunningDesk, connections: int) -> load.Run:
    """The yardstick, for a third of the time."""
    with psycopg.connect(desk.settings()["OWNER_DATABASE_URL"]) as owner:
        owner.execute(yardstick.TABLES)
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-k",
        "gevent",
        "-w",
        "2",
        "-b",
        f"127.0.0.1:{port}",
        "--no-control-socket",
        "bench.yardstick:app",
    ]
    environment = {
        **desk.environment(),
        "YARDSTICK_URL": desk.settings()["OWNER_DATABASE_URL"],
        "PYTHONPATH": str(ROOT),
    }
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port)
        return load.measure(connections, max(3.0, SECONDS / 3), load.plain(port))
    finally:
        server.terminate()
        server.wait(20)


def wait_for(port: int) -> None:
    """Until somebody listens."""
    for _try in range(100):
        try:
            load.Http(port)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the yardstick did not start")


def backlog(desk: RunningDesk) -> None:
    """How long what came in takes to be worked off, and how many consequences a second that is
    (calls to vendors apart)."""
    began, (open_before, done_before) = time.monotonic(), state(desk)
    while time.monotonic() - began < 600:
        open_, done = state(desk)
        if not open_:
            break
        time.sleep(0.5)
    seconds = time.monotonic() - began
    told("backlog afterwards: rows, seconds", f"{open_before}, {seconds:.0f} s")
    told(
        "consequences worked off/s, two workers",
        f"{(done - done_before) / seconds:.0f}",
        "target 500",
    )


def state(desk: RunningDesk) -> tuple[int, int]:
    """Due work of our own that is open, and that is done."""
    return desk.rows(
        "select count(*) filter (where done_at is null and needs_person_at is null), count(*)"
        " filter (where done_at is not null) from due where queue = 'work'"
    )[0]


def mail(desk: RunningDesk) -> None:
    """Mails a second over one and eight connections."""
    for connections in (1, 8):
        settle(desk)
        run = load.measure(connections, SECONDS / 2, load.mails(desk.mail_port, EMAIL))
        told(
            f"SMTP, accepted mails/s, {connections} connections",
            f"{run.per_second:.0f} (p50 {run.p50:.0f}, p95 {run.p95:.0f} ms)",
            f"target 150 at 8, errors {run.errors}",
        )
    settle(desk)


def texts(desk: RunningDesk) -> None:
    """From the signed webhook to `queued` or `triage`, at twenty texts a second."""
    settings = desk.settings()
    ((before,),) = desk.rows("select coalesce(max(id), 0) from task")
    address = f"{desk.url}/hooks/twilio/message"

    def make(number: int) -> load.Send:
        validator = RequestValidator(settings["TWILIO_AUTH_TOKEN"])

        def send(turn: int) -> None:
            form = {
                "MessageSid": f"SM{uuid.uuid4().hex}",
                "From": PHONE,
                "To": settings["TWILIO_FROM"],
                "NumMedia": "0",
                "AccountSid": settings["TWILIO_ACCOUNT_SID"],
                "Body": f"Find three suppliers of green tea and compare prices, {number} {turn}",
            }
            signed = {"X-Twilio-Signature": validator.compute_signature(address, form)}
            request = urllib.request.Request(address, urllib.parse.urlencode(form).encode(), signed)
            urllib.request.urlopen(request, timeout=15).close()

        return send

    load.measure(4, min(SECONDS, 20), make, rate=20)
    time.sleep(5)
    ((count, p50, p95),) = desk.rows(
        "select count(*), percentile_cont(0.5) within group (order by s), percentile_cont(0.95)"
        " within group (order by s) from ( select extract(epoch from e.at - i.received_at) s from"
        " task t join inbound i on i.id = t.inbound_id join event e on e.task_id = t.id and e.kind"
        " in ('task.queued', 'task.unsure') where t.id > %s and t.channel = 'sms') x",
        before,
    )
    told(
        f"SMS to queued or triage at 20/s ({count} texts), p95 (s)",
        f"{p95:.2f} (p50 {p50:.2f})",
        "target 1",
    )


def open_pages(desk: RunningDesk, cookies: dict[str, str]) -> None:
    """A thousand streams; then two hundred pages of clients, assistants and operators while tasks
    are taken and given back."""
    streams.hold(desk, told, cookies[pages.OPERATOR], memory)
    watchers = [
        streams.Watcher(desk.port, page, stream, cookie)
        for cookie, page, stream, count in share_of(desk)
        for _one in range(count)
    ]
    key = desk.command("apikey", "add", "--staff", pages.ASSISTANT)
    tasks = [
        row[0]
        for row in desk.rows(
            "select t.id from task t join company c on c.id = t.company_id where t.state = 'queued'"
            " and c.slug = 'demo' and t.category = any (select unnest(trades) from staff s join"
            " login l using (person_id) where l.email = %s) limit 5",
            pages.ASSISTANT,
        )
    ]
    streams.change(desk, told, watchers, streams.claims(desk, key, tasks))


def share_of(desk: RunningDesk) -> list[tuple[str, str, str, int]]:
    """Who has pages open: ten of an owner of each of twelve companies, five of each of twelve
    assistants, twenty of operators."""
    owners = desk.rows(
        "select distinct on (c.id) l.email, c.slug from login l join membership m using (person_id)"
        " join company c on c.id = m.company_id where m.role = 'owner' and l.password_hash is not"
        " null order by c.id limit 12"
    )
    helpers = desk.rows(
        "select l.email from login l join staff s using (person_id) where s.role = 'assistant'"
        " order by s.person_id limit 12"
    )
    return [
        *(
            (sign_in(desk, email, pages.PASSWORD), f"/app/{slug}/", f"/live?company={slug}", 10)
            for email, slug in owners
        ),
        *((sign_in(desk, email, pages.PASSWORD), "/work", "/live", 5) for (email,) in helpers),
        (sign_in(desk, pages.OPERATOR, pages.PASSWORD), "/desk/board", "/live", 20),
    ]


def queue_page(desk: RunningDesk, cookie: str) -> None:
    """An assistant's queue page with ten thousand and a hundred thousand open tasks."""
    found = {}
    for count in (10_000, 100_000):
        fill(desk, count)
        load.measure(4, 3, load.page(desk.port, "/work", cookie))
        run = found[count] = load.measure(4, SECONDS / 3, load.page(desk.port, "/work", cookie))
        told(
            f"queue page, {count} open tasks, pages/s",
            f"{run.per_second:.0f} (p50 {run.p50:.0f}, p95 {run.p95:.0f} ms)",
            f"target 100, p95 120, errors {run.errors}",
        )
    told(
        "queue page, 100,000 beside 10,000 (p50)",
        f"{found[100_000].p50 / found[10_000].p50:.2f}",
        "target 1.3",
    )


def fill(desk: RunningDesk, count: int) -> None:
    """So many queued tasks in all trades, over a hundred companies."""
    with psycopg.connect(desk.settings()["OWNER_DATABASE_URL"], autocommit=True) as owner:
        owner.execute(
            "alter table task no force row level security; alter table company no force row level"
            " security; alter table membership no force row level security"
        )
        owner.execute(
            "insert into company (slug, name) select 'b' || g, 'Company ' || g from"
            " generate_series(1, 100) g on conflict do nothing"
        )
        owner.execute(
            """
            insert into task (company_id, number, person_id, title, text, channel, state, category,
              currency, price, quantity, unit, unit_price, deadline_at,
                              red_line_at)
            select c.id, 100000 + g, (select min(id) from person),
              'Task number ' || g || ' of this company, with a title as long as they are',
                   'Words', 'web', 'queued',
                     (array['research', 'copywriting', 'booking', 'accounting', 'design', 'seo',
                       'smm'])[1 + g %% 7],
                     'EUR', 9600, 4,
                   'hour', 2400, now() + g * interval '30 seconds' + interval '1 day',
                     now() + g * interval '15 seconds'
            from generate_series(1, %s - (select count(*) from task where state = 'queued')::int) g
            join lateral (select id from company where slug = 'b' || (1 + g %% 100)) c on true
            on conflict do nothing""",
            (count,),
        )
        owner.execute(
            "alter table task force row level security; alter table company force row level"
            " security; alter table membership force row level security"
        )
        owner.execute("set role system")
        owner.execute(
            LEARNT
        )  # or the clock would learn them for five minutes beside what is measured
        owner.execute("reset role")
        owner.execute("vacuum analyze")
        owner.execute("checkpoint")


def sign_in(desk: RunningDesk, email: str, password: str) -> str:
    """The session cookie of somebody."""
    import re
    from http.cookiejar import CookieJar

    jar = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = opener.open(f"{desk.url}/login").read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    opener.open(
        f"{desk.url}/login",
        urllib.parse.urlencode(
            {"email": email, "password": password, "csrf_token": token[1]}
        ).encode(),
    )
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def memory(desk: RunningDesk) -> float:
    """The proportional set size of every process of the desk, in MB."""
    total = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            ours = (
                str(desk.folder).encode()
                in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            )
            ours = ours or (b"postgres" in (entry / "comm").read_bytes() and _below(entry, desk))
            if ours:
                lines = (entry / "smaps_rollup").read_text().splitlines()
                total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total / 1024


def _below(entry: Path, desk: RunningDesk) -> bool:
    """Whether a PostgreSQL process belongs to this desk's server."""
    parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return str(desk.folder).encode() in Path(f"/proc/{parent}/cmdline").read_bytes()


if __name__ == "__main__":
    main()
