"""Ctrl+Enter sends the form that one is in and nothing else: pressed in every text area of every
page, with tasks in every state.

What would change something is caught on its way out and written down, so that the desk stays as it
is and one page serves for all of its fields."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import sign_in, window
from tests.pages import PAGES, Shown

pytestmark = [pytest.mark.browser]
WORDS = "Words typed by the key test"
# What a page writes down while somebody types: it changes no task.
WHILE_TYPING = ("/drafts", "/live/", "/guess", "/form-token")
# Forms of several different buttons, by the field that is typed in, with the value of the button
# that the keys press; None: nothing is pressed, and the focus stands on the first button.
SEVERAL = dict.fromkeys(("drop-reason", "comment", "praise", "reason")) | {"answer": ""}
KEYS = itertools.cycle(["Control+Enter", "Meta+Enter"])

FIELDS = """(wanted) => [...document.querySelectorAll(wanted)]
  .filter((el) => !el.closest("[hidden], [aria-hidden=true], template"))
  .map((el, at) => { el.dataset.at = at; return at; })"""
# Opens what a field is folded in, fills what else its form requires, and steps into the field.
INTO = """(at) => {
  const el = document.querySelector(`[data-at="${at}"]`);
  for (let fold = el.closest("details"); fold; fold = fold.parentElement.closest("details"))
    fold.open = true;
  for (const other of el.form?.elements ?? []) {
    if (other === el || !other.willValidate || other.checkValidity()) continue;
    if (other.type === "checkbox") other.checked = true;
    else if (other.tagName === "SELECT")
      other.value = [...other.options].find((one) => one.value)?.value;
    else other.value = { email: "new@client.example", number: "90",
      "datetime-local": "2030-06-01T12:00" }[other.type] ?? "Words";
  }
  el.focus();
  el.select();
}"""
# What a reader can see of the form: its address and its different buttons.
FORM = """(at) => {
  const el = document.querySelector(`[data-at="${at}"]`);
  const seen = [...el.form?.elements ?? []]
    .filter((one) => one.type === "submit" && !one.disabled && one.checkVisibility());
  return { id: el.id, name: el.name, action: el.form && new URL(el.form.action).pathname,
    buttons: [...new Map(seen.map((one) => [`${one.name}=${one.value}`, one.value])).values()],
    focused: document.activeElement === el };
}"""
ON_FIRST = """(at) => {
  const { elements } = document.querySelector(`[data-at="${at}"]`).form;
  return document.activeElement === [...elements]
    .find((one) => one.type === "submit" && !one.disabled && one.checkVisibility());
}"""


@dataclass
class Caught:
    """The requests that would have changed something, held back."""

    posts: list[tuple[str, str]] = field(default_factory=list)

    def hold(self, route: Route) -> None:
        """Let a look through; write down anything else and answer that all is well."""
        request, path = route.request, urlsplit(route.request.url).path
        if request.method in ("GET", "HEAD") or any(mark in path for mark in WHILE_TYPING):
            return route.continue_()
        self.posts.append((path, (request.post_data_buffer or b"").decode("utf-8", "replace")))
        if "json" in request.headers.get("accept", ""):
            return route.fulfill(
                status=200,
                content_type="application/json",
                body=json.dumps({"page": "#sent", "number": 1}),
            )
        return route.fulfill(status=204)

    def settle(self, page: Page) -> list[tuple[str, str]]:
        """What was caught by the time that the page has nothing more to do."""
        for _try in range(40):
            if self.posts:
                break
            page.wait_for_timeout(10)
        page.wait_for_timeout(60)
        return [self.posts.pop(0) for _one in list(self.posts)]


@pytest.fixture(scope="module")
def windows(desk, browser):
    """A window for each reader, and what it would have sent."""
    opened: dict[str, tuple[Page, Caught]] = {}

    def of(reader: str) -> tuple[Page, Caught]:
        if reader not in opened:
            page, caught = (
                sign_in(browser, desk, reader) if reader else window(browser, desk),
                Caught(),
            )
            page.route("**/*", caught.hold)
            opened[reader] = (page, caught)
        return opened[reader]

    yield of
    for page, _caught in opened.values():
        page.context.close()


def came(page: Page, caught: Caught, address: str) -> None:
    page.goto(address)
    caught.posts.clear()


def pressed_in(page: Page, caught: Caught, at: int, key: str) -> tuple[dict, list[tuple[str, str]]]:
    """The form of this field, and what went out when the keys were pressed in it."""
    page.evaluate(INTO, at)
    page.keyboard.insert_text(WORDS)
    form = page.evaluate(FORM, at)
    assert form["focused"], form
    page.keyboard.press(key)
    return form, caught.settle(page)


def wrong(form: dict, sent: list[tuple[str, str]], on_first: bool) -> str:
    """What the keys did that nobody asked for, in words; nothing where all is right."""
    choice = next(
        (value for start, value in SEVERAL.items() if form["id"].startswith(start)), "none"
    )
    if len(form["buttons"]) > 1 and choice == "none":
        return f"{form['id']}: a form with several buttons that this test does not know"
    if len(form["buttons"]) > 1 and choice is None:
        return (
            ""
            if not sent and on_first
            else f"{form['id']}: sent {sent}, focus on the first button: {on_first}"
        )
    if form["action"] is None:
        return f"{form['id']}: in no form, but sent {sent}" if sent else ""
    if [path for path, _body in sent] != [form["action"]]:
        return (
            f"{form['id']}: expected {form['action']}, went out: {[path for path, _body in sent]}"
        )
    return (
        ""
        if WORDS in sent[0][1].replace("+", " ")
        else f"{form['id']}: sent without the words that were typed"
    )


def areas(shown: Shown) -> str:
    # The page for a browser without connection keeps what is written and sends nothing.
    return "textarea" if shown.name != "offline" else "none"


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_ctrl_enter_sends_the_form_one_is_in_and_nothing_else(desk, windows, gaps, shown):
    page, caught = windows(shown.reader)
    address = desk.url + shown.path.format(**gaps)
    came(page, caught, address)
    faults = []
    for at in range(len(page.evaluate(FIELDS, areas(shown)))):
        if at:
            came(page, caught, address)
            page.evaluate(FIELDS, areas(shown))
        form, sent = pressed_in(page, caught, at, next(KEYS))
        several = len(form["buttons"]) > 1
        faults.append(wrong(form, sent, several and not sent and page.evaluate(ON_FIRST, at)))
    assert [fault for fault in faults if fault] == []


LINES = "main form input.input:not([type=file], [type=checkbox], [type=radio])"


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_enter_in_a_line_never_presses_one_of_several_buttons(desk, windows, gaps, shown):
    page, caught = windows(shown.reader)
    address = desk.url + shown.path.format(**gaps)
    came(page, caught, address)
    faults = []
    for at in range(len(page.evaluate(FIELDS, LINES))):
        page.evaluate(INTO, at)
        form = page.evaluate(FORM, at)
        if len(form["buttons"]) < 2:
            continue
        page.keyboard.press("Enter")
        if sent := caught.settle(page):
            faults.append(f"{form['id']}: {sent}")
    assert faults == []


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_ctrl_enter_outside_of_any_form_does_nothing(desk, windows, gaps, shown):
    page, caught = windows(shown.reader)
    came(page, caught, desk.url + shown.path.format(**gaps))
    here = page.url
    for key in ("Control+Enter", "Meta+Enter"):
        page.evaluate("document.activeElement?.blur()")
        page.keyboard.press(key)
    page.wait_for_timeout(150)
    assert (caught.posts, page.url) == ([], here)
