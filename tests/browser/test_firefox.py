"""The main ways in a real Firefox: from a hand-over to an acceptance on pages that follow by
themselves, triage by one key, the palette, and the phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import firefox as debian
from tests.browser.conftest import call, sign_in, sign_in_anew, window
from tests.pages import ASSISTANT, CLIENT, OPERATOR, PHONE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        not debian.FIREFOX.exists(),
        reason="Firefox is missing: install it (apt-get install firefox-esr)",
    ),
]
SOON = 15_000


@pytest.fixture(scope="module")
def firefox(playwright):
    running = debian.launch(playwright)
    yield running
    running.close()


def follows(page):
    """Wait until the page hears what happens."""
    expect(page.locator("[data-live-sign]:not([data-off])")).to_have_count(1)


def go(page, address):
    """Open a page that follows; the one before it followed as well."""
    page.goto(address)
    follows(page)


def come(page, address, place):
    """Open the page until the place is on it: the service takes a moment to sort what is new."""
    for _try in range(50):
        go(page, address)
        if place.count():
            return
        page.wait_for_timeout(200)


def handed_over(page, words):
    """Types into the one box, sees what the desk makes of it, hands over; gives the task's
    number."""
    page.locator("#text").click()
    page.keyboard.type(words)
    expect(page.locator("#guess dl")).to_be_visible(timeout=SOON)
    expect(page.locator("#guess")).to_contain_text("Fri")
    page.locator("summary", has_text="Deadline, category").click()
    page.select_option("#category", "research")
    page.locator("#handover .btn-main").click()
    expect(page.locator("h1")).to_contain_text(words[:20])
    follows(page)
    return re.search(r"/tasks/(\d+)", page.url)[1]


def retold(page, desk, number):
    """Takes the task from the queue, goes through the brief and says in own words what is
    wanted."""
    row = page.locator("tr", has=page.locator(f"td:text-is('{number}')"))
    come(page, f"{desk.url}/work", row)
    row.get_by_role("button", name="Take").click()
    page.wait_for_url(re.compile(r"/work/\d+$"))
    follows(page)
    page.click("text=I have read the brief")
    page.fill("#text", "You want three sellers of paper bags, with their prices side by side.")
    page.click("text=Send the retelling")
    expect(page.locator("text=Waiting for the client.")).to_be_visible()


def delivered(page):
    """The page learns that the client confirmed; how far the work is is reported, and it goes
    out."""
    page.fill("#progress", "60", timeout=SOON)
    page.get_by_role("button", name="Send report").click()
    page.fill("#delivery", "The three sellers, with prices for 400 bags a month.")
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("h2", has_text="Delivered")).to_be_visible()


def accepted(page):
    """The page learns that it is there; a score, over the one that stands in the field, and it is
    taken."""
    # Playwright's `fill` would write behind what stands in this Firefox's number fields.
    page.locator("#score").press("Control+a", timeout=SOON)
    page.keyboard.type("90")
    page.locator("form[action$=acceptance] button.btn-main").click()
    expect(page.locator("main")).to_contain_text("Accepted at")


def test_from_hand_over_to_acceptance_on_a_page_that_is_never_loaded_again(desk, firefox):
    client, assistant = window(firefox, desk), sign_in(firefox, desk, ASSISTANT)
    sign_in_anew(client, desk)
    follows(client)
    number = handed_over(client, "Find three sellers of paper bags by Friday noon")
    client.evaluate("window.never = 'loaded again'")
    retold(assistant, desk, number)
    client.get_by_role("button", name="Confirm for").click(timeout=SOON)
    expect(client.locator(".move")).to_contain_text("is working on it")
    delivered(assistant)
    accepted(client)
    assert client.evaluate("window.never") == "loaded again"
    go(client, f"{desk.url}/app/demo")
    assert client.errors == assistant.errors == []


def unclear(desk):
    """Two tasks that wait for an operator; gives the number of the second."""
    key = desk.command("apikey", "add", "--company", "demo")
    return [
        call(desk, key, "/tasks", {"text": f"You know what I mean, number {one} of the fox"})[
            "number"
        ]
        for one in (1, 2)
    ][1]


def triaged(page, desk):
    """The first that waits goes to the queue by the key D, and the next one stands there; gives its
    number."""
    come(page, f"{desk.url}/desk/triage", page.locator(".queue a[href*='task=']").nth(1))
    first = page.locator("#msg-h + p a.num").inner_text().removeprefix("Task ")
    page.keyboard.press("d")
    expect(page.locator("#msg-h + p a.num")).not_to_have_text(first)
    return first


def looked_up(page, words):
    """Opens the palette, which Firefox would use for its own search, and goes to the task found."""
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.palette")).to_be_visible()
    page.keyboard.type(words)
    expect(page.locator("dialog.palette [role=option]").first).to_contain_text(words)
    page.keyboard.press("Enter")


def test_an_operator_sees_the_board_triages_with_one_key_and_finds_by_the_palette(desk, firefox):
    number = unclear(desk)
    page = sign_in(firefox, desk, OPERATOR)
    follows(page)
    come(page, f"{desk.url}/desk/board?q={number}", page.get_by_text(str(number), exact=True))
    first = triaged(page, desk)
    looked_up(page, first)
    page.wait_for_url(re.compile(r"/desk/tasks/\d+$"))
    expect(page.locator("main")).to_contain_text(first)
    assert page.errors == []


def sideways(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize(
    ("reader", "paths"),
    [
        (CLIENT, ("/app/demo", "/app/demo/tasks/{n_delivered}")),
        (ASSISTANT, ("/work", "/work/{a_working}")),
        (OPERATOR, ("/desk/board", "/desk/triage")),
    ],
)
def test_on_a_phone_nothing_scrolls_sideways(desk, firefox, gaps, reader, paths):
    page = sign_in(firefox, desk, reader, width=PHONE)
    follows(page)
    for path in paths:
        go(page, desk.url + path.format(**gaps))
        assert page.evaluate("innerWidth") == PHONE and sideways(page) <= 0, path
    assert page.errors == []
