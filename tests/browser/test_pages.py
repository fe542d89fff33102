"""Every page in every state: axe finds nothing in light and dark, nothing scrolls sideways,
complains or asks elsewhere; the same without script."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.pages import ASSISTANT, CLIENT, OPERATOR, PAGES, PASSWORD, PHONE, WIDE, Readers, Shown

pytestmark = [pytest.mark.browser, pytest.mark.slow]
axe = Axe()


@pytest.fixture(scope="module")
def windows(desk, browser):
    """One window for each reader and width, kept for the whole file."""
    readers, opened = Readers(browser, desk, reduced_motion="reduce"), {}

    def window(reader: str, width: int) -> Page:
        if (reader, width) not in opened:
            opened[reader, width] = readers.window(reader, width)
        return opened[reader, width]

    yield window
    for page in opened.values():
        page.context.close()


def look(page: Page, address: str, shown: Shown) -> None:
    """Open it; a refusal's own answer is no complaint."""
    page.errors.clear()
    page.emulate_media(color_scheme="light")
    answer = page.goto(address)
    assert answer and answer.status == shown.status
    said = [
        one
        for one in page.errors
        if not (shown.status >= 400 and f"status of {shown.status}" in one)
    ]
    assert said == []


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(desk, windows, gaps, shown):
    address = desk.url + shown.path.format(**gaps)
    page = windows(shown.reader, WIDE)
    look(page, address, shown)
    assert page.locator("h1").count() == 1
    assert page.title().endswith(" · Poruchi") and len(page.title()) > len(" · Poruchi")
    found_by_axe = {}
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        found_by_axe[theme] = [
            (one["id"], [node["target"] for node in one["nodes"]][:3])
            for one in axe.run(page).response["violations"]
        ]
    assert found_by_axe == {"light": [], "dark": []}
    assert _sideways(page) <= 0
    narrow = windows(shown.reader, PHONE)
    look(narrow, address, shown)
    assert _sideways(narrow) <= 0


def _sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


# What of a page tells something by its paint alone, each with what paints it; the mark of now is a
# ring where the clock stands still.
PAINTED = (
    ("line.term-gone", "stroke"),
    ("line.term-red", "stroke"),
    ("line.term-dead", "stroke"),
    ("circle.term-now", "fill stroke"),
    (".btn-main", "backgroundColor"),
    (".steps .is-here::before", "backgroundColor"),
)
PAINT = """([selector, properties]) => {
  const [place, pseudo] = selector.split('::');
  const one = document.querySelector('main ' + place),
    nothing = [getComputedStyle(document.body).backgroundColor, 'none', 'rgba(0, 0, 0, 0)'];
  const style = getComputedStyle(one, pseudo && '::' + pseudo);
  return properties.split(' ').map((property) => style[property])
    .filter((paint) => !nothing.includes(paint));
}"""


@pytest.mark.parametrize(
    ("reader", "path"), [(CLIENT, "/app/demo/tasks/{n_retold}"), (ASSISTANT, "/work/{a_working}")]
)
def test_in_forced_colours_nothing_that_tells_something_is_painted_away(
    desk, windows, gaps, reader, path
):
    page = windows(reader, WIDE)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, forced_colors="active")
        page.goto(desk.url + path.format(**gaps))
        assert [
            selector
            for selector, properties in PAINTED
            if not page.evaluate(PAINT, [selector, properties])
        ] == [], theme
    page.emulate_media(forced_colors="none")


def test_in_russian_nothing_scrolls_sideways_on_the_phone(desk, browser, gaps):
    desk.run_as_system("update person set language = 'ru'")
    try:
        readers = Readers(browser, desk, locale="ru")
        for reader in (CLIENT, OPERATOR):
            page = readers.window(reader, PHONE)
            for shown in (one for one in PAGES if one.reader == reader):
                page.goto(desk.url + shown.path.format(**gaps), wait_until="domcontentloaded")
                assert page.evaluate("document.documentElement.lang") == "ru", shown.name
                assert _sideways(page) <= 0, shown.name
            page.context.close()
    finally:
        desk.run_as_system("update person set language = 'en'")


def test_without_script_a_task_is_handed_over_confirmed_accepted_and_read(desk, browser, gaps):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{desk.url}/login")
    page.fill("#email", CLIENT)
    page.fill("#password", PASSWORD)
    page.click("button.btn-main")
    page.fill("#text", "Write a page about our tea, without script")
    page.click("button.btn-main >> nth=-1")
    expect(page.locator("h1")).to_contain_text("Write a page about our tea")
    page.goto(f"{desk.url}/app/demo/tasks/{gaps['n_retold']}")
    page.click("text=Confirm for")
    expect(page.locator(".move")).to_contain_text("is working on it")
    page.goto(f"{desk.url}/app/demo/tasks/{gaps['n_delivered']}")
    page.fill("#score", "90")
    page.locator("form[action$=acceptance] button.btn-main").click()
    expect(page.locator("main")).to_contain_text("Accepted at")
    page.goto(f"{desk.url}/app/demo/tasks")
    page.fill("#q", "tea, without script")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".task a").first).to_contain_text("Write a page about our tea")
    page.context.close()
