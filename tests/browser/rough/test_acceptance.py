"""The word on a delivery in a browser: what each button does and says, what Enter does, with script
and without."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.pages import CLIENT, OPERATOR, _short_link

SUM = {
    "en": ("€96.00", "Pay 60 %: €57.60", "Pay 40 %: €38.40"),
    "ru": ("96,00 €", "60 %: 57,60 €", "40 %: 38,40 €"),
}

SPEAKS = """update person set language = %s from login l
            where l.person_id = person.id and l.email = any(%s)"""


@pytest.fixture(params=["en", "ru"])
def language(request, desk):
    desk.run_as_system(
        SPEAKS,
        request.param,
        [CLIENT, OPERATOR],
    )
    yield request.param
    desk.run_as_system(
        SPEAKS,
        "en",
        [CLIENT, OPERATOR],
    )


def plain(words):
    return " ".join(words.split())


def pays(page):
    return plain(page.locator("form[data-scores] [data-pays]").first.inner_text())


def state(desk, made):
    return desk.rows("select state, price, score from task where id = %s", made["id"])[0]


@pytest.mark.parametrize("width", [1440, 390])
def test_below_80_the_sum_follows_the_figure(desk, readers, work, language, width):
    made = work.partly(3, 5)
    page = readers.window(CLIENT, width)
    page.goto(f"{desk.url}/app/demo/tasks/{made['number']}")
    expect(page.locator("[data-below]")).to_be_visible()
    assert SUM[language][1] in pays(page), "as the server says it"
    page.fill("#score", "40")
    assert SUM[language][2] in pays(page), "as the script says it"
    expect(page.locator("[data-accepts]").first).to_be_hidden()
    page.fill("#score", "")
    assert SUM[language][1] in pays(page)
    expect(page.get_by_role("button", name=SUM[language][0])).to_be_visible()
    page.fill("#score", "40")
    page.locator("[data-pays]").click()
    expect(page.locator(".decide.accept")).to_have_count(0)
    assert state(desk, made) == ("accepted", 3840, 40)
    assert page.errors == []
    page.context.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_not_quite_it_opens_three_ways_at_once_and_they_do_what_they_say(
    desk, readers, work, width
):
    made = work.partly(5, 5)
    page = readers.window(CLIENT, width)
    page.goto(f"{desk.url}/app/demo/tasks/{made['number']}")
    below = page.locator("[data-below]")
    expect(below).to_be_hidden()
    page.get_by_role("link", name="Not right yet").click()
    expect(below).to_be_in_viewport()
    names = [plain(one) for one in below.get_by_role("button").all_inner_texts()]
    assert names == ["Have it reworked", "Pay that share of €96.00", "Let an operator decide"]
    page.fill("#comment", "The third has no price")
    below.get_by_role("button", name="Have it reworked").click()
    expect(page.locator(".move")).to_contain_text("is working on it")
    assert state(desk, made) == ("working", 9600, None)
    assert desk.rows(
        'select "then", score, comment from acceptance where task_id = %s', made["id"]
    ) == [("rework", None, "The third has no price")]
    page.context.close()


@pytest.mark.parametrize(("met", "figure"), [(5, "90"), (5, "60"), (3, "60"), (3, "")])
@pytest.mark.parametrize("script", [True, False])
def test_enter_in_the_figure_sends_nothing(desk, browser, readers, work, met, figure, script):
    made = work.partly(met, 5)
    page = readers.window(CLIENT, java_script_enabled=script)
    page.goto(f"{desk.url}/app/demo/tasks/{made['number']}")
    sent = []
    page.on(
        "request",
        lambda request: (
            sent.append(request.url)
            if request.method == "POST" and "/drafts" not in request.url
            else None
        ),
    )
    page.locator("#score").click()
    page.keyboard.type(figure)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    assert sent == [] and state(desk, made)[0] == "delivered"
    page.context.close()


def test_without_script_on_the_short_link_a_part_is_paid_after_its_sum_was_said(
    desk, browser, work
):
    made = work.partly(3, 5)
    person, company = desk.rows("select person_id, company_id from task where id = %s", made["id"])[
        0
    ]
    page = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}
    ).new_page()
    page.goto(f"{desk.url}/t/{_short_link(desk, made['id'], made['number'], person, company)}")
    page.fill("#score", "40")
    page.get_by_role("button", name="Pay 60").click()
    expect(page.locator("#score-oops")).to_contain_text("you pay €38.40")
    assert state(desk, made)[0] == "delivered"
    page.get_by_role("button", name="Pay 40").click()
    expect(page.locator("main")).to_contain_text("Accepted at 40")
    assert state(desk, made) == ("accepted", 3840, 40)
    page.context.close()


def test_an_operator_decides_by_a_button_with_its_sum(desk, readers, work, language):
    made = work.partly(3, 5)
    work.ask(
        "client",
        f"/tasks/{made['id']}/acceptance",
        {"then": "dispute", "comment": "Not what I asked for"},
    )
    page = readers.window(OPERATOR)
    page.goto(f"{desk.url}/desk/tasks/{made['id']}")
    page.fill("#decided-score", "40")
    assert SUM[language][2] in pays(page)
    page.locator("#reason").press("Control+Enter")
    page.locator("#decided-score").press("Enter")
    page.wait_for_timeout(300)
    assert state(desk, made)[0] == "delivered"
    page.fill("#reason", "Two of five were of use.")
    page.locator("[data-pays]").click()
    expect(page.locator("#decide-h")).to_have_count(0)
    assert state(desk, made) == ("accepted", 3840, 40)
    page.context.close()


def test_silence_below_80_stands_on_both_desks(desk, readers, work):
    made = work.partly(3, 5)
    for _twice in range(2):
        desk.run_as_system(
            "update task set alarm_at = now() - interval '1 second' where id = %s", made["id"]
        )
        for _try in range(100):
            if desk.rows(
                "select alarm_at > now() or alarm_at is null from task where id = %s", made["id"]
            )[0][0]:
                break
            time.sleep(0.1)
    assert desk.rows("select state, waiting_for from task where id = %s", made["id"]) == [
        ("delivered", "operator")
    ]
    page = readers.window(OPERATOR)
    page.goto(f"{desk.url}/desk")
    expect(page.locator(f".frow:has(a[href='/desk/tasks/{made['id']}'])")).to_contain_text(
        "No reply, 60"
    )
    page.goto(f"{desk.url}/desk/tasks/{made['id']}")
    expect(page.locator("#decide-h")).to_contain_text("No reply, 60")
    page.locator("#accepted-h").click()
    page.context.close()
    page = readers.window(CLIENT)
    page.goto(f"{desk.url}/app/demo/tasks/{made['number']}")
    expect(page.locator(".move")).to_contain_text("an operator decides, unless you choose first")
    page.locator("details:has(form[action$=cancellation]) summary").click()
    expect(page.locator("form[action$=cancellation]")).to_contain_text("from 0 to €96.00")
    page.get_by_role("button", name="Cancel task").click()
    expect(page.locator("main")).to_contain_text(
        "Cancelled. Nothing is charged until an operator decides"
    )
    page.context.close()
