"""One running desk and one Chromium for the browser tests; an error on a page's console, or a
request elsewhere, is kept."""

from __future__ import annotations

import json
import urllib.request

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.pages import found
from tests.running_desk import RunningDesk

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_states: dict[str, object] = {}
# How fast it is, the bench says; here a busy machine gets its time.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def desk():
    running = RunningDesk(demo=True)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def gaps(desk):
    """What stands in the gaps of the pages' addresses, as the desk is now."""
    return found(desk)


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright):
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
    yield chromium
    chromium.close()


def window(browser, desk, width=1440, **more) -> Page:
    """A window of its own; what goes wrong on its pages stands in `errors`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 500 else 844},
        accept_downloads=True,
        **more,
    )
    page = context.new_page()
    page.errors = []
    page.on(
        "console",
        lambda message: page.errors.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on(
        "request",
        lambda request: (
            page.errors.append(request.url)
            if not request.url.startswith((desk.url, "data:", "blob:"))
            else None
        ),
    )
    return page


def sign_in(browser, desk, email, width=1440, **more) -> Page:
    """A window for one person; each signs in once, so that no limit is met."""
    kept = _states.get(desk.url + email)
    page = window(browser, desk, width, storage_state=kept, **more)
    page.goto(f"{desk.url}/login")  # who is signed in is led home
    if kept is None:
        page.fill("#email", email)
        page.fill("#password", "demo desk 12")
        page.click("button.btn-main")
        page.wait_for_url(lambda url: "/login" not in url)
        _states[desk.url + email] = page.context.storage_state()
    return page


def sign_in_anew(page, desk):
    """The demo client signs in with their password, in a window that was not signed in."""
    page.goto(f"{desk.url}/login")
    page.fill("#email", "client@demo.example")
    page.fill("#password", "demo desk 12")
    page.click("button.btn-main")
    page.wait_for_url("**/app/demo**")


@pytest.fixture
def phone(browser, desk):
    """A phone on which the client is signed in and the desk is installed."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in_anew(page, desk)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    yield page
    context.close()


def call(desk, key, path, body=None, method=None):
    """Ask the desk by REST; gives what it answered."""
    request = urllib.request.Request(
        f"{desk.url}/api/v1{path}",
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)
