"""No key is shown that does nothing: on each page of work every key is pressed, and something has
to happen."""

from __future__ import annotations

import pytest

from tests.browser.conftest import sign_in
from tests.pages import ASSISTANT, CLIENT, OPERATOR, PAGES

pytestmark = [pytest.mark.browser]
WANTED = (
    "triage",
    "triage-message",
    "board",
    "desk",
    "task-d-triage",
    "task-d-queued",
    "task-d-retold",
    "task-d-working",
    "task-d-delivered",
    "task-d-disputed",
    "bench-a-queued",
    "bench-a-assigned",
    "bench-a-briefed",
    "bench-a-working",
    "bench-a-reported",
    "client-desk",
)
READERS = (OPERATOR, ASSISTANT, CLIENT)
SHOWN = [page for page in PAGES if page.name in WANTED and page.reader in READERS]
# What a key says, where it is no letter or digit.
NAMED = {
    "/": "Slash",
    "?": "Shift+Slash",
    "Esc": "Escape",
    "Enter": "Enter",
    "Ctrl Enter": "Mod+Enter",
    "Ctrl K": "Mod+KeyK",
}
# Ctrl+Enter belongs to the form that one is in: test_keys_send.py presses it in each of them.
IN_A_FORM = "Mod+Enter"

# Forms and links are held, so that one page serves for all keys and the desk stays as it is; what
# would have happened is written down.
HOLD = """() => {
  window.did = [];
  const held = (kind) => (event) => {
    if (kind === "click" && !event.target.closest("a[href]")) return;
    window.did.push(kind);
    event.preventDefault();
    if (kind === "submit") event.stopImmediatePropagation();
  };
  for (const kind of ["submit", "click", "invalid"]) window.addEventListener(kind, held(kind),
    true);
}"""
STATE = """() => JSON.stringify([location.href, window.did,
  [...document.querySelectorAll("*")].indexOf(document.activeElement),
  [...document.querySelectorAll("details")].map((one) => one.open),
    [...document.querySelectorAll("dialog")].map((one) => one.open),
  [...document.querySelectorAll("input")].map((one) => one.checked),
    document.querySelectorAll(".is-picked").length,
  document.documentElement.dataset.theme])"""
PRESS = f"""([code, row]) => {{
  document.activeElement?.blur();
  if (row) [...document.querySelectorAll("[data-row]")]
    .find((one) => one.querySelector(`[data-row-key="${{code}}"]`)).focus();
  window.before = ({STATE})();
  for (const one of code.split(" ")) {{
    const parts = one.split("+");
    const to = document.activeElement ?? document.body;
    to.dispatchEvent(new KeyboardEvent("keydown", {{ code: parts.at(-1), key: parts.at(-1),
      ctrlKey: parts.includes("Mod"),
      shiftKey: parts.includes("Shift"), bubbles: true, cancelable: true }}));
  }}
  return window.before;
}}"""
ABLE = (
    "(el) => !el.disabled && (el.checkVisibility() ||"
    " el.closest('details:not([open])')?.checkVisibility())"
)
CODES = f"""() => [...document.querySelectorAll("[data-key], [data-row-key], summary > .key")]
  .filter({ABLE})
  .map((el) => [el.dataset.key ?? el.dataset.rowKey ?? `Key${{el.textContent}}`,
    Boolean(el.dataset.rowKey)])"""
LABELS = (
    "() => [...document.querySelectorAll('kbd.key')].filter((el) => el.checkVisibility()).map((el)"
    " => el.textContent.trim())"
)


@pytest.fixture(scope="module")
def windows(desk, browser):
    """A window for each reader."""
    opened = {reader: sign_in(browser, desk, reader) for reader in READERS}
    yield opened
    for page in opened.values():
        page.context.close()


def code_of(label):
    return NAMED.get(label) or (f"Digit{label}" if label.isdigit() else f"Key{label}")


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.name)
def test_every_key_that_is_shown_does_something(desk, windows, gaps, shown):
    page, address = windows[shown.reader], desk.url + shown.path.format(**gaps)

    def fresh():
        page.goto(address)
        page.evaluate(HOLD)

    fresh()
    codes = {(code.replace("Key/", "Slash"), row) for code, row in page.evaluate(CODES)}
    meant = {code for code, _row in codes} | (
        {"KeyJ", "KeyK"} if page.locator("[data-rows]").count() else set()
    )
    assert {code_of(label) for label in page.evaluate(LABELS)} <= meant
    for code, row in sorted(codes):
        if code == IN_A_FORM:
            continue
        before = page.evaluate(PRESS, [code, row])
        try:
            page.wait_for_function(
                f"(before) => ({STATE})() !== before", arg=before, timeout=10_000
            )
        except Exception:
            pytest.fail(f"{code} does nothing on {shown.name}")
        fresh()


def test_what_is_picked_is_handed_moved_marked_and_written_to_by_keys(desk, windows):
    page = windows[OPERATOR]
    page.goto(f"{desk.url}/desk/board")
    page.locator("tbody [data-row]").nth(1).focus()
    page.keyboard.press("x")
    for key, field in (
        ("a", "#bulk-to"),
        ("m", "#bulk-date"),
        ("p", "#bulk-priority"),
        ("w", "#bulk-text"),
    ):
        page.keyboard.press(key)
        assert page.locator(field).evaluate("el => el === document.activeElement"), key
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator(".bulk").is_hidden() and page.locator(".is-picked").count() == 0


def test_a_message_is_split_where_the_cursor_stands(desk, windows):
    page = windows[OPERATOR]
    page.goto(f"{desk.url}/desk/triage")
    whole = page.locator("#split-first").input_value()
    page.keyboard.press("s")
    page.locator("#split-first").evaluate("el => el.setSelectionRange(12, 12)")
    page.locator("[data-cut]").click()
    first, second = (
        page.locator("#split-first").input_value(),
        page.locator("#split-second").input_value(),
    )
    assert first == whole[:12].strip() and second == whole[12:].strip()
