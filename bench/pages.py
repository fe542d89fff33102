"""The pages: what they weigh on the wire, and how long the server takes for each, beside a page
that asks nobody anything."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Browser, sync_playwright

from bench import load
from service.web.static_files import lean
from tests import pages
from tests.pages import ASSISTANT, CLIENT, FLAGS, OPERATOR, PAGES, PHONE
from tests.running_desk import ROOT, RunningDesk

READERS, PASSWORD = (CLIENT, ASSISTANT, OPERATOR, pages.ADMIN), pages.PASSWORD
Told = Callable[[str, str, str], None]
TURNS = 25
# A client's day: the desk first, then what is looked at from there.
FIRST, AFTER = (
    "/app/demo/",
    (
        "/app/demo/tasks",
        "/app/demo/tasks/{n_retold}",
        "/app/demo/tasks/{n_delivered}",
        "/app/demo/billing",
        "/app/demo/",
    ),
)
SLOWEST = 5


def weigh(desk: RunningDesk, told: Told) -> None:
    """Bytes from the server to a real browser, headers and service worker included: the first
    visit, then one page after the other."""
    css = (
        sum(
            len(lean(file.read_text()).encode()) for file in (ROOT / "static" / "css").glob("*.css")
        )
        / 1000
    )
    told("weight, all CSS before compression (kB)", f"{css:.0f}", "target 90")
    gaps = pages.found(desk)
    with sync_playwright() as playwright, counted(desk.port) as wire:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for language in ("en", "ru"):
            desk.run_as_system(
                "update person set language = %s where id = (select person_id from login where"
                " email = %s)",
                language,
                CLIENT,
            )
            first, after = visits(browser, desk, wire, gaps)
            told(f"weight, client's first visit, {language} (kB)", f"{first:.0f}", "target 150")
            told(
                f"weight, client's pages after, {language} (kB)",
                f"{max(after.values()):.1f} (largest of {len(after)})",
                "target 20",
            )
        desk.run_as_system(
            "update person set language = 'en' where id = (select person_id from login where email"
            " = %s)",
            CLIENT,
        )
        browser.close()


def visits(
    browser: Browser, desk: RunningDesk, wire: Wire, gaps: dict[str, str]
) -> tuple[float, dict[str, float]]:
    """kB of a first visit with nothing cached, and of each page after it."""
    state = pages.Readers(browser, desk).signed_in(CLIENT)
    context = browser.new_context(viewport={"width": PHONE, "height": 844}, storage_state=state)
    page, base, seen = context.new_page(), f"http://127.0.0.1:{wire.port}", {}
    for path in (FIRST, *AFTER):
        before = wire.bytes
        page.goto(base + path.format(**gaps), wait_until="load")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_timeout(1500)
        seen[f"{len(seen)} {path}"] = (wire.bytes - before) / 1000
    context.close()
    return seen.pop(f"0 {FIRST}"), seen


class Wire:
    """A wire between browser and desk that counts what comes back."""

    def __init__(self, to: int) -> None:
        self.to, self.bytes = to, 0
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self.listening.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
                for one, other, counts in ((near, far, False), (far, near, True)):
                    threading.Thread(
                        target=self._carry, args=(one, other, counts), daemon=True
                    ).start()

    def _carry(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                self.bytes += len(piece) * counts
                other.sendall(piece)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)


@contextmanager
def counted(port: int) -> Iterator[Wire]:
    """A wire to this port."""
    wire = Wire(port)
    yield wire
    wire.listening.close()


def time_all(desk: RunningDesk, told: Told, cookies: dict[str, str]) -> None:
    """The server's time for every page of the four readers, one request at a time; the slowest by
    name."""
    gaps, found = pages.found(desk), {}
    for shown in PAGES:
        if shown.status == 200:
            found[shown.name] = server_time(
                desk.port, shown.path.format(**gaps), cookies.get(shown.reader, "")
            )
    plain = server_time(desk.port, "/healthz", "")
    slowest = sorted(found.items(), key=lambda one: -one[1][1])
    told(
        f"server time of {len(found)} pages, slowest p95 (ms)",
        f"{slowest[0][1][1]:.0f} ({slowest[0][0]})",
        f"target 60; /healthz {plain[1]:.1f}",
    )
    for name, (p50, p95) in slowest[:SLOWEST]:
        told(f"  {name}", f"p50 {p50:.0f}, p95 {p95:.0f}", "")


def server_time(port: int, path: str, cookie: str) -> tuple[float, float]:
    """p50 and p95 in ms of a page that has been seen before."""
    run = load.turns(TURNS, load.page(port, path, cookie))
    return run.p50, run.p95
