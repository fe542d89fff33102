"""Triage by keys alone: what is decided is what is shown, also after one was skipped and one was
asked back; and no key falls on another task than the one that was read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import call, sign_in

pytestmark = [pytest.mark.browser]
WORDS = "You know what I mean, key {}"


@pytest.fixture
def nothing_else(desk):
    """Nothing else is in triage; afterwards it is there again."""
    aside = [("task", "triage", "deleted"), ("inbound", "needs_person", "worked")]
    ids = {}
    for table, waits, away in aside:
        ids[table] = [
            one for (one,) in desk.rows(f"select id from {table} where state = %s", waits)
        ]
        desk.run_as_system(f"update {table} set state = %s where id = any(%s)", away, ids[table])
    yield
    for table, waits, _away in aside:
        desk.run_as_system(f"update {table} set state = %s where id = any(%s)", waits, ids[table])


@pytest.fixture
def six(desk, nothing_else):
    """Six tasks in triage: their ids, oldest first."""
    key = desk.command("apikey", "add", "--company", "demo")
    made = [call(desk, key, "/tasks", {"text": WORDS.format(number)})["id"] for number in range(6)]
    for _try in range(150):
        if desk.rows("select count(*) from task where state = 'triage' and id = any(%s)", made) == [
            (6,)
        ]:
            return made
        desk.rows("select pg_sleep(0.2)")
    raise AssertionError("they never came to triage")


@pytest.fixture
def page(desk, browser, six):
    """An operator's window on the first of the six."""
    opened = sign_in(browser, desk, "operator@demo.example")
    opened.goto(f"{desk.url}/desk/triage")
    yield opened
    opened.context.close()


def shows(page, task_id):
    """The task is open, and it is the one that the list marks."""
    expect(page.locator("#msg-h + p a.num")).to_have_attribute("href", f"/desk/tasks/{task_id}")
    expect(page.locator(".qrow[aria-current] a")).to_have_attribute(
        "href", f"/desk/triage?task={task_id}"
    )


def states(desk, ids):
    return [
        state
        for (state,) in desk.rows("select state from task where id = any(%s) order by id", ids)
    ]


def test_skip_one_ask_one_and_decide_three_those_decided_are_those_shown(desk, page, six):
    shows(page, six[0])
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    shows(page, six[1])
    page.keyboard.press("q")
    page.keyboard.insert_text("For which country?")
    page.keyboard.press("Control+Enter")
    shows(page, six[2])
    expect(page.locator(f"#ask-{six[2]}")).not_to_have_attribute("open", "")
    for number in (2, 3):
        page.keyboard.press("d")
        shows(page, six[number + 1])
    page.keyboard.press("x")
    page.keyboard.insert_text("Nobody can do this")
    page.keyboard.press("Control+Enter")
    expect(page.locator(f"#drop-{six[4]} button[value=delete]")).to_be_focused()
    assert states(desk, six) == ["triage", "triage", "queued", "queued", "triage", "triage"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    shows(page, six[5])
    assert states(desk, six) == ["triage", "triage", "queued", "queued", "refused", "triage"]
    # The first one waits above, the second one for its client.
    assert page.locator(".queue .qrow").count() == 2
    expect(page.locator(".queue .chip", has_text="Waiting for the client")).to_contain_text("1")
    page.keyboard.press("d")
    shows(page, six[0])
    assert page.errors == []


def test_after_asking_back_the_list_takes_the_keys_at_once(desk, page, six):
    page.keyboard.press("q")
    page.keyboard.insert_text("For which country?")
    page.keyboard.press("Meta+Enter")
    shows(page, six[1])
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    shows(page, six[2])
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    shows(page, six[1])
    assert desk.rows("select text from question where task_id = %s", six[0]) == [
        ("For which country?",)
    ]


def test_a_colleague_decides_the_open_one_while_words_are_typed_for_it(desk, page, six):
    expect(page.locator("[data-live-sign]")).not_to_have_attribute("data-off", "")
    staff = desk.command("apikey", "add", "--staff", "admin@demo.example")
    page.keyboard.press("q")
    page.keyboard.type("Which one d", delay=20)
    call(desk, staff, f"/tasks/{six[0]}/triage", {"decision": "delegate", "category": "research"})
    expect(page.locator(".notice", has_text="Already decided by")).to_be_visible()
    expect(page.locator("#msg-h + p a.num")).to_have_attribute("href", f"/desk/tasks/{six[0]}")
    kept = page.locator(".kept-words textarea:visible")
    expect(kept).to_have_count(1)
    expect(kept).to_have_value("Which one d")
    expect(kept).to_be_focused()
    for letter in "nddx":
        page.keyboard.press(letter)
    page.wait_for_timeout(500)
    assert states(desk, six) == ["queued", *["triage"] * 5]
    expect(page.locator("#msg-h + p a.num")).to_have_attribute("href", f"/desk/tasks/{six[0]}")
    page.get_by_role("link", name="Open the next one").click()
    shows(page, six[1])
    expect(page.locator("#ask-question")).to_have_value("")


def test_a_letter_after_the_first_key_of_a_sequence_does_nothing_by_itself(desk, page, six):
    for keys in (("g", "x"), ("Shift+D",), ("Control+d",), ("Alt+d",), ("Meta+d",)):
        for key in keys:
            page.keyboard.press(key)
    page.keyboard.press("g")
    page.wait_for_timeout(1600)
    page.keyboard.press("b")  # too late for the board
    page.wait_for_timeout(300)
    assert states(desk, six) == ["triage"] * 6
    assert page.locator("details.way-out[open]").count() == 0
    shows(page, six[0])
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/desk/board")
