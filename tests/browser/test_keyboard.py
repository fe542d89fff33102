"""By the keyboard alone: an assistant takes, briefs, retells and delivers; an operator triages ten
with ten keys; both on a Russian layout as well, because keys count by their place. How much
effort the main ways take is counted and printed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import call, sign_in

pytestmark = [pytest.mark.browser]
# What the keys by their place give on a Russian layout.
RUSSIAN = {"T": "е", "B": "и", "R": "к", "L": "д", "D": "в", "W": "ц", "Z": "я"}


class Hands:
    """Presses keys as a person does, and counts those beside the text; on a Russian layout letters
    come out Russian."""

    def __init__(self, page, russian):
        self.page, self.russian, self.keys = page, russian, 0

    def key(self, letter):
        self.keys += 1
        self.page.evaluate(
            """([key, code]) => {
            const to = document.activeElement ?? document.body;
            const press = new KeyboardEvent("keydown", {key, code, bubbles: true,
              cancelable: true});
            to.dispatchEvent(press);
        }""",
            [RUSSIAN[letter] if self.russian else letter.lower(), f"Key{letter}"],
        )

    def send(self):
        self.keys += 1
        self.page.keyboard.press("Control+Enter")

    def text(self, words):
        self.page.keyboard.insert_text(words)


def new_task(
    desk, words="Find three sellers of linen bags and compare their prices", category="research"
):
    key = desk.command("apikey", "add", "--company", "demo")
    return call(
        desk,
        key,
        "/tasks",
        {"text": words, "category": category, "deadline_at": "2027-06-01T10:00:00Z"},
    )


def confirmed(desk, task_id):
    key = desk.command("apikey", "add", "--company", "demo")
    retelling = call(desk, key, f"/tasks/{task_id}")["retelling"]["id"]
    call(
        desk,
        key,
        f"/tasks/{task_id}/understanding",
        {"retelling": retelling, "verdict": "confirmed"},
    )


@pytest.mark.parametrize("russian", [False, True])
def test_an_assistant_works_without_a_mouse(desk, browser, russian):
    page = sign_in(browser, desk, "assistant@demo.example")
    page.goto(f"{desk.url}/work")
    hands = Hands(page, russian)
    hands.key("T")
    page.wait_for_url(re.compile(r"/work/\d+$"))
    task_id = page.url.rsplit("/", 1)[1]
    expect(page.locator("#brief.is-here")).to_have_count(1)
    hands.key("B")
    expect(page.locator("#retell.is-here")).to_have_count(1)
    hands.key("R")
    expect(page.locator("#text")).to_be_focused()
    hands.text(
        "You want this done by the day agreed, as you wrote it, and I ask where something is open."
    )
    hands.send()
    expect(page.get_by_text("Waiting for the client.")).to_be_visible()
    print(f"claim to retelling sent: {hands.keys} keys beside the text")
    assert hands.keys <= 4
    confirmed_by_operator(desk, task_id)
    expect(page.locator("#redline.is-here")).to_have_count(1)
    hands.key("L")
    expect(page.locator("#progress")).to_be_focused()
    hands.send()
    expect(page.locator("#deliver.is-here")).to_have_count(1)
    hands.key("D")
    hands.text("Here it is, with everything you asked for.")
    hands.send()
    expect(page.locator("#deliver")).to_contain_text("Delivered")
    assert page.errors == []


def confirmed_by_operator(desk, task_id):
    desk.run_as_system(
        "update task set deadline_at = greatest(deadline_at, now() + interval '2 days') where id"
        " = %s",
        task_id,
    )
    key = desk.command("apikey", "add", "--staff", "operator@demo.example")
    retelling = call(desk, key, f"/tasks/{task_id}")["retelling"]["id"]
    call(
        desk,
        key,
        f"/tasks/{task_id}/understanding",
        {"retelling": retelling, "verdict": "confirmed"},
    )


@pytest.mark.parametrize("russian", [False, True])
def test_an_operator_triages_ten_with_ten_keys_and_takes_one_back(desk, browser, russian):
    key = desk.command("apikey", "add", "--company", "demo")
    for number in range(12):
        call(desk, key, "/tasks", {"text": f"You know what I mean, number {number}"})
    page = sign_in(browser, desk, "operator@demo.example")
    waiting = page.locator(".queue a[href*='task=']")
    for _try in range(60):
        page.goto(f"{desk.url}/desk/triage")
        if waiting.count() >= 11:
            break
        page.wait_for_timeout(200)
    hands = Hands(page, russian)
    for _ten in range(10):
        first = page.locator("#msg-h + p a.num").inner_text()
        hands.key("D")
        expect(page.locator("#msg-h + p a.num")).not_to_have_text(first)
    assert hands.keys == 10
    hands.key("Z")
    expect(page.locator("#msg-h + p a.num")).to_have_text(first)
    assert page.errors == []


def test_handing_over_takes_one_box_and_one_click(desk, browser):
    page = sign_in(browser, desk, "client@demo.example")
    page.goto(f"{desk.url}/app/demo")
    clicks = 0
    page.fill("#text", "We need three quotes for 20,000 kraft paper bags by Friday noon")
    expect(page.locator("#guess dl")).to_be_visible()
    expect(page.locator("#guess")).to_contain_text("Fri")
    page.locator("#handover .btn-main").click()
    clicks += 1
    expect(page.locator("h1")).to_contain_text("We need three quotes")
    print(f"hand-over from the desk: one box, {clicks} click")
    assert clicks == 1 and page.errors == []


def test_acceptance_with_praise_takes_two_clicks(desk, browser):
    ((number,),) = desk.rows(
        "select t.number from task t join company c on c.id = t.company_id and c.slug = 'demo'"
        " where t.state = 'delivered' and t.disputed_at is null order by t.id limit 1"
    )
    page = sign_in(browser, desk, "client@demo.example")
    page.goto(f"{desk.url}/app/demo/tasks/{number}")
    clicks = 0
    page.locator("[name=praise]").click()
    clicks += 1
    page.keyboard.type("Thank you, well done")
    page.get_by_role("button", name="Accept for").click()
    clicks += 1
    expect(page.get_by_text("Thank you, well done").first).to_be_visible()
    print(f"acceptance with praise: {clicks} clicks")
    assert clicks == 2 and page.errors == []


def test_the_palette_finds_a_task_and_the_list_of_keys_shows_only_what_does_something(
    desk, browser
):
    page = sign_in(browser, desk, "operator@demo.example")
    page.goto(f"{desk.url}/desk/board")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.palette")).to_be_visible()
    page.keyboard.type("Lindqvist")
    expect(page.locator("dialog.palette [role=option]").first).to_contain_text("Lindqvist")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.palette")).to_be_hidden()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#keys")).to_be_visible()
    assert page.locator("#keys dt").count() > 5
    assert page.errors == []
