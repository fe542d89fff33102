"""What others do appears on open pages within a second, and leaves alone what is being typed."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import call, sign_in

pytestmark = [pytest.mark.browser]


@pytest.fixture
def queued(desk):
    """The id and number of a new task in the queue, which Anna has a hand free for."""
    desk.run_as_system(
        "update staff set held_limit = 40 where person_id = (select id from person where name"
        " = %s)",
        "Anna Berzina",
    )
    key, staff = (
        desk.command("apikey", "add", "--company", "demo"),
        desk.command("apikey", "add", "--staff", "operator@demo.example"),
    )
    made = call(
        desk, key, "/tasks", {"text": "Find three sellers of paper bags", "category": "research"}
    )
    for _try in range(100):
        if call(desk, key, f"/tasks/{made['id']}")["state"] in ("triage", "queued"):
            break
        time.sleep(0.1)
    if call(desk, key, f"/tasks/{made['id']}")["state"] == "triage":
        call(desk, staff, f"/tasks/{made['id']}/triage", {"decision": "delegate"})
    return made["id"], made["number"]


def follows(page):
    """Wait until the page hears what happens."""
    expect(page.locator("[data-live-sign]:not([data-off])")).to_have_count(1)


def test_a_claim_appears_on_the_clients_page_while_they_type(desk, browser, queued):
    task_id, number = queued
    client, assistant = (
        sign_in(browser, desk, "client@demo.example"),
        sign_in(browser, desk, "assistant@demo.example"),
    )
    client.goto(f"{desk.url}/app/demo/tasks/{number}")
    follows(client)
    client.fill("#reply", "Half a sen")
    client.locator("#reply").press("End")
    assistant.goto(f"{desk.url}/work/{task_id}")
    assistant.locator("form[action$='/claim'] button").click()
    expect(client.locator(".move")).to_contain_text(re.compile("is reading the brief"))
    expect(client.locator("#reply")).to_have_value("Half a sen")
    expect(client.locator("#reply")).to_be_focused()
    client.keyboard.type("tence")
    expect(client.locator("#reply")).to_have_value("Half a sentence")
    assert client.errors == assistant.errors == []


def test_a_page_that_is_not_left_after_all_follows_again(desk, browser, queued):
    task_id, number = queued
    client = sign_in(browser, desk, "client@demo.example")
    client.goto(f"{desk.url}/app/demo/tasks/{number}")
    follows(client)
    client.evaluate("dispatchEvent(new Event('beforeunload'))")
    key = desk.command("apikey", "add", "--staff", "assistant@demo.example")
    call(desk, key, f"/tasks/{task_id}/claim", {})
    expect(client.locator(".move")).to_contain_text(re.compile("is reading the brief"))
    assert client.errors == []


def test_words_appear_and_two_on_one_task_see_each_other_and_who_writes(desk, browser, queued):
    task_id, number = queued
    client, assistant = (
        sign_in(browser, desk, "client@demo.example"),
        sign_in(browser, desk, "assistant@demo.example"),
    )
    assistant.goto(f"{desk.url}/work/{task_id}")
    assistant.locator("form[action$='/claim'] button").click()
    expect(assistant.locator("form[action$='/briefing']")).to_have_count(1)
    client.goto(f"{desk.url}/app/demo/tasks/{number}")
    expect(client.locator("#here")).to_contain_text("Anna")
    expect(assistant.locator("#here")).to_contain_text("Ingrid")
    assistant.locator("[data-answering]").first.type("Do you want it in colour?")
    expect(client.locator("#here")).to_contain_text("is writing")
    assistant.locator("form[action$='/messages'] button").click()
    expect(client.locator(".talk")).to_contain_text("Do you want it in colour?")
    expect(assistant.locator("form[action$='/messages'] textarea")).to_have_value("")
    client.close()
    expect(assistant.locator("#here")).not_to_contain_text("Ingrid")
    assert assistant.errors == []


def test_a_new_task_appears_in_an_open_queue_and_goes_when_it_is_taken(desk, browser, queued):
    assistant, operator = (
        sign_in(browser, desk, "assistant@demo.example"),
        sign_in(browser, desk, "operator@demo.example"),
    )
    assistant.goto(f"{desk.url}/work")
    operator.goto(f"{desk.url}/desk/board")
    follows(assistant)
    _id, number = queued
    expect(assistant.get_by_text(str(number), exact=True)).to_have_count(1)
    key = desk.command("apikey", "add", "--staff", "assistant@demo.example")
    call(desk, key, f"/tasks/{_id}/claim", {})
    expect(assistant.locator("section[aria-labelledby=held-h]")).to_contain_text(str(number))
    assert assistant.errors == operator.errors == []


def test_what_happens_between_a_page_and_its_stream_appears_too(desk, browser, queued):
    task_id, number = queued
    client = sign_in(browser, desk, "client@demo.example")
    key = desk.command("apikey", "add", "--staff", "assistant@demo.example")
    follows_elsewhere = sign_in(browser, desk, "client@demo.example")
    follows_elsewhere.goto(
        f"{desk.url}/app/demo"
    )  # a stream is open already, so that this process has heard it
    follows(follows_elsewhere)

    def claim_first(route):
        call(desk, key, f"/tasks/{task_id}/claim", {})
        route.continue_()

    client.route("**/live?*", claim_first, times=1)
    client.goto(f"{desk.url}/app/demo/tasks/{number}")
    expect(client.locator(".move")).to_contain_text("is reading the brief")
    assert client.errors == []
