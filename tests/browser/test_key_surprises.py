"""Other keys, wheels and clicks that did what nobody asked for, each with its own story."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import call, sign_in
from tests.pages import ASSISTANT, CLIENT, OPERATOR

pytestmark = [pytest.mark.browser]
DROP = """() => {
  const files = new DataTransfer();
  files.items.add(new File(["words"], "brief.txt", { type: "text/plain" }));
  return ["dragover", "drop"].map((kind) => {
    const event = new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true });
    document.querySelector("h1").dispatchEvent(event);
    return event.defaultPrevented;
  });
}"""
D_TWICE = """() => { for (const _press of [1, 2]) document.body.dispatchEvent(
  new KeyboardEvent("keydown", { code: "KeyD", key: "d", bubbles: true, cancelable: true })); }"""


@pytest.fixture
def open_page(desk, browser):
    """Opens a page for a reader; all are closed afterwards."""
    opened = []

    def come(reader, path):
        page = sign_in(browser, desk, reader)
        opened.append(page)
        page.goto(desk.url + path)
        return page

    yield come
    for page in opened:
        page.context.close()


def test_the_wheel_over_a_figure_scrolls_the_page_and_leaves_the_figure(open_page, gaps):
    page = open_page(OPERATOR, "/desk/pool")
    figure = page.locator("input[type=number]").first
    figure.evaluate(
        "el => { for (let up = el.closest('details'); up; up = up.parentElement.closest('details'))"
        " up.open = true; }"
    )
    before = figure.input_value()
    figure.click()
    figure.hover()
    for _turn in range(3):
        page.mouse.wheel(0, 120)
        page.wait_for_timeout(100)
    assert figure.input_value() == before


def test_a_file_dropped_beside_its_place_does_not_replace_the_page(open_page):
    page = open_page(CLIENT, "/app/demo/")
    assert page.evaluate(DROP) == [True, True]
    expect(page.locator("[data-chosen=file] li")).to_have_count(0)


def test_enter_in_the_palette_opens_what_was_typed_not_what_was_found_before(desk, open_page):
    one, other = (
        number
        for (number,) in desk.rows(
            "select t.number from task t join company c on c.id = t.company_id and c.slug = 'demo'"
            " order by t.id desc limit 2"
        )
    )
    page = open_page(CLIENT, "/app/demo/")
    page.keyboard.press("Control+k")
    page.keyboard.insert_text(str(one))
    expect(page.locator("dialog.palette [role=option]").first).to_contain_text(str(one))
    page.locator("dialog.palette input").select_text()
    page.keyboard.insert_text(str(other))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/tasks/{other}$"))


def test_d_pressed_twice_at_once_decides_one_task(desk, open_page):
    key = desk.command("apikey", "add", "--company", "demo")
    made = [
        call(desk, key, "/tasks", {"text": f"You know what I mean, twice {number}"})["id"]
        for number in range(3)
    ]
    for _try in range(150):
        if desk.rows("select count(*) from task where state = 'triage' and id = any(%s)", made) == [
            (3,)
        ]:
            break
        desk.rows("select pg_sleep(0.2)")
    page = open_page(OPERATOR, f"/desk/triage?task={made[0]}")
    page.evaluate(D_TWICE)
    expect(page.locator("#msg-h + p a.num")).to_have_attribute("href", f"/desk/tasks/{made[1]}")
    page.wait_for_timeout(500)
    assert desk.rows("select state from task where id = any(%s) order by id", made) == [
        ("queued",),
        ("triage",),
        ("triage",),
    ]
    expect(page.locator(".errors")).to_have_count(0)


def test_an_option_takes_the_words_along_that_were_typed_beside_it(desk, open_page):
    key = desk.command("apikey", "add", "--company", "demo")
    made = call(
        desk,
        key,
        "/tasks",
        {
            "text": "Find three linen mills",
            "category": "research",
            "deadline_at": "2027-06-01T10:00:00Z",
        },
    )
    staff = desk.command("apikey", "add", "--staff", OPERATOR)
    for _try in range(150):
        if call(desk, staff, f"/tasks/{made['id']}")["state"] in ("queued", "triage"):
            break
        desk.rows("select pg_sleep(0.2)")
    call(
        desk,
        staff,
        f"/tasks/{made['id']}/questions",
        {"text": "Which colour?", "options": ["White", "Grey"]},
    )
    page = open_page(CLIENT, f"/app/demo/tasks/{made['number']}")
    page.locator("textarea[id^=answer-]").fill("but not too dark")
    page.get_by_role("button", name="Grey").click()
    expect(page.locator("textarea[id^=answer-]")).to_have_count(0)
    assert desk.rows("select answer from question where task_id = %s", made["id"]) == [
        ("Grey\n\nbut not too dark",)
    ]


def test_the_list_of_keys_names_ctrl_enter_once_and_plainly(open_page, gaps):
    page = open_page(ASSISTANT, f"/work/{gaps['a_working']}")
    page.keyboard.press("Shift+Slash")
    line = page.locator("#keys .keymap div", has_text="Ctrl Enter")
    expect(line).to_have_count(1)
    expect(line).to_have_text("Ctrl Entersend the current form")


def test_ctrl_enter_pressed_twice_at_once_sends_a_message_once(desk, open_page, gaps):
    page = open_page(CLIENT, f"/app/demo/tasks/{gaps['n_working']}")
    page.fill("#reply", "Pressed twice at once")
    page.evaluate("""() => { for (const _press of [1, 2])
      document.querySelector("#reply").dispatchEvent(new KeyboardEvent("keydown",
      { code: "Enter", key: "Enter", ctrlKey: true, bubbles: true, cancelable: true })); }""")
    expect(page.locator(".talk article", has_text="Pressed twice at once")).to_have_count(1)
    page.wait_for_timeout(700)
    page.reload()
    expect(page.locator(".talk article", has_text="Pressed twice at once")).to_have_count(1)
