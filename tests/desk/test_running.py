"""`make run` as people meet it: side by side, in odd folders, stopped, killed, with things in its
way."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.running_desk import ROOT, RunningDesk


def processes_of(desk: RunningDesk) -> list[int]:
    """Processes that have this desk's folder in their command line or environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (
                str(desk.folder).encode()
                in (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
            ):
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def gone(desk: RunningDesk, seconds: float = 20) -> bool:
    """Whether all of its processes end within this time."""
    ends = time.monotonic() + seconds
    while processes_of(desk) and time.monotonic() < ends:
        time.sleep(0.2)
    return not processes_of(desk)


def test_two_desks_run_side_by_side_one_in_a_folder_with_a_space_and_leave_no_process():
    one, two = RunningDesk(demo=True), RunningDesk(name="with a space")
    try:
        one.start()
        two.start()
        assert one.get("/healthz") == two.get("/healthz") == b"ok\n"
        assert one.rows("select count(*) from company") == [(12,)] and two.rows(
            "select count(*) from company"
        ) == [(0,)]
        again = subprocess.run(
            [sys.executable, "-m", "devdesk.desk"],
            cwd=ROOT,
            env=one.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert again.returncode == 0 and "runs already" in again.stdout
        one.stop(remove=False)
        assert gone(one)
        one.start()
        assert one.rows("select count(*) from company") == [(12,)]
    finally:
        one.stop()
        two.stop()


def test_after_a_kill_minus_nine_nothing_is_left_and_it_starts_again():
    desk = RunningDesk()
    try:
        desk.start()
        os.kill(desk.process.pid, signal.SIGKILL)
        desk.process.wait(10)
        desk.output.clear()
        assert gone(desk, 40)
        desk.start()
        for name in ("crew", "web", "relay", "crew", "clock", "crew"):
            desk.kill(name)
            time.sleep(1)
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            try:
                if desk.get("/healthz") == b"ok\n" and {
                    "relay",
                    "clock",
                    "mailroom",
                    "work-1",
                } <= set(desk.programs()):
                    break
            except OSError:
                time.sleep(0.3)
        assert desk.get("/readyz")
    finally:
        desk.stop()


def test_a_port_that_is_taken_is_said_in_one_sentence():
    desk = RunningDesk()
    with socket.create_server(("127.0.0.1", desk.port)):
        done = subprocess.run(
            [sys.executable, "-m", "devdesk.desk"],
            cwd=ROOT,
            env=desk.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    desk.stop()
    assert done.returncode != 0
    assert (
        re.search(rf"Port {desk.port} .* Set PORT", done.stderr) and "Traceback" not in done.stderr
    )


def test_a_database_that_cannot_be_reached_is_said_in_one_sentence(tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": "postgresql://desk:x@127.0.0.1:1/desk",
        "OWNER_DATABASE_URL": "",
        "DATA_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "workers.prepare"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (
        done.returncode != 0
        and "cannot be reached" in done.stderr
        and "Traceback" not in done.stderr
    )


def test_the_compose_files_commands_start_with_its_settings_without_docker():
    """Each service of ours is started as its command says, on the servers of another desk."""
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
    desk = RunningDesk()
    started = []
    try:
        desk.start()
        settings = desk.settings()
        example = dict(
            line.split("=", 1)
            for line in (ROOT / "deploy" / "desk.env.example").read_text().splitlines()
            if "=" in line
        )
        assert not [name for name in example if "OWNER" in name]
        for name, service in compose["services"].items():
            if "build" not in service:
                continue
            environment = {
                **os.environ,
                **dict.fromkeys(example, ""),
                **service["environment"],
                "DATA_DIR": str(desk.folder / name),
                "SECRET_KEY": settings["SECRET_KEY"],
                "DATABASE_URL": settings["DATABASE_URL"],
                "REDIS_URL": settings["REDIS_URL"],
                "OWNER_DATABASE_URL": (
                    settings["OWNER_DATABASE_URL"]
                    if "OWNER_DATABASE_URL" in service["environment"]
                    else ""
                ),
                "BIND": "127.0.0.1",
                "MAIL_PORT": "0",
                "MAIL_DOMAIN": "desk.example",
                "PUBLIC_URL": "https://desk.example",
            }
            command = [
                sys.executable if word == "python" else word.replace("0.0.0.0:8000", "127.0.0.1:0")
                for word in service["command"]
            ]
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            if name == "prepare":
                assert process.wait(60) == 0, process.stdout.read()
            else:
                started.append((name, process))
        time.sleep(8)
        for name, process in started:
            assert process.poll() is None, (name, process.stdout.read())
    finally:
        for _name, process in started:
            process.terminate()
        for name, process in started:
            assert process.wait(30) in (0, -15), name
        desk.stop()


def test_the_tour_walks_through_every_channel():
    desk = RunningDesk(demo=True)
    try:
        desk.start()
        environment = {**desk.environment(), "PY": sys.executable, "PATH": os.environ["PATH"]}
        done = subprocess.run(
            ["bash", str(ROOT / "docs" / "tour.sh")],
            env=environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-500:] + done.stderr[-800:]
        assert done.stdout.count("invoice PO-") == 3
    finally:
        desk.stop()


def test_backup_and_restore_bring_everything_back():
    desk = RunningDesk(demo=True)
    try:
        desk.start()
        file = str(desk.folder / "backup.dump")
        desk.command("backup", file)
        tasks = desk.rows("select count(*) from task")
        desk.run_as_system("update task set title = 'spoiled'")
        desk.command("company", "add", "Not in the backup", "--owner", "late@example.com")
        desk.command("restore", "--yes", file)
        desk.command("company", "add", "Made afterwards", "--owner", "later@example.com")
        assert desk.rows("select next_number(id) from company where name = 'Made afterwards'") == [
            (1001,)
        ]
        assert desk.rows("select count(*) from task") == tasks
        assert desk.rows("select count(*) from task where title = 'spoiled'") == [(0,)]
        assert desk.rows(
            "select distinct proowner::regrole::text from pg_proc where proname like 'find\\_%%'"
        ) == [("finder",)]
    finally:
        desk.stop()


def test_the_doctor_says_what_is_wrong():
    desk = RunningDesk(more={"MAIL_AUTHSERV": "mx.desk.test"})
    try:
        desk.start()
        words = desk.command("doctor")
        assert "database: right" in words and "roles: right" in words and "mail in: right" in words
        desk.more = {}
        with pytest.raises(AssertionError, match="mail in: MAIL_AUTHSERV is not set"):
            desk.command("doctor")
    finally:
        desk.stop()


def test_slow_senders_hold_up_nobody():
    """More files on their way, a byte a minute, than the web processes have connections to the
    database."""
    desk = RunningDesk(demo=True)
    senders = []
    try:
        desk.start()
        key = desk.command("apikey", "add", "--company", "demo")
        ((task,),) = desk.rows(
            "select t.id from task t join company c on c.id = t.company_id where c.slug = 'demo'"
            " and t.state = 'working' limit 1"
        )
        for number in range(16):
            sender = socket.create_connection(("127.0.0.1", desk.port), 10)
            sender.sendall(
                f"POST /api/v1/tasks/{task}/files HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization:"
                f" Bearer {key}\r\nContent-Length: 5000\r\nIdempotency-Key:"
                f" slow-{number}\r\nContent-Type: multipart/form-data;"
                " boundary=x\r\n\r\n--x\r\n".encode()
            )
            senders.append(sender)
        time.sleep(2)
        request = urllib.request.Request(
            f"{desk.url}/api/v1/tasks", headers={"Authorization": f"Bearer {key}"}
        )
        for _turn in range(10):
            with urllib.request.urlopen(request, timeout=5) as answer:
                assert answer.status == 200
    finally:
        for sender in senders:
            sender.close()
        desk.stop()
