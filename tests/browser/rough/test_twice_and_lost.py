"""Two tabs, a connection that was lost, a session that has ended, no script."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.rough.work import paste
from tests.pages import ASSISTANT, CLIENT, OPERATOR, PASSWORD, PHONE, _short_link

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LIVE = re.compile(r"/live(\?|/|$)")


@contextmanager
def two_tabs(readers, reader):
    """Two tabs of one reader; the second hears nothing of what happens."""
    one = readers.window(reader)
    two = one.context.new_page()
    two.route(LIVE, lambda _route: None)
    yield one, two
    one.context.close()


def both(tabs, address, act):
    """The same page in both; done in the first, then in the second."""
    for tab in reversed(tabs):
        tab.goto(address)
    for tab in tabs:
        with tab.expect_response(
            lambda answer: answer.request.method == "POST" and "/drafts" not in answer.url
        ):
            act(tab)


def test_a_stale_tab_of_the_client_decides_nothing_twice_and_loses_no_word(desk, readers, work):
    retold, delivered, asked = (work.task(state) for state in ("retold", "delivered", "briefed"))
    work.ask("assistant", f"/tasks/{asked['id']}/questions", {"text": "Which colour?"})

    def confirm(tab):
        tab.locator("button[value=confirmed]").click()

    def accept(tab):
        tab.fill("#comment", "Typed in vain?")
        tab.locator("form[action$=acceptance] button.btn-main").click()

    def answer(tab):
        tab.fill("textarea[id^=answer-]", "Typed in vain?")
        tab.get_by_role("button", name="Send the answer").click()

    with two_tabs(readers, CLIENT) as tabs:
        for made, act, sentence in (
            (retold, confirm, "In progress"),
            (delivered, accept, "Accepted"),
            (asked, answer, "already answered"),
        ):
            both(tabs, f"{desk.url}/app/demo/tasks/{made['number']}", act)
            expect(tabs[1].locator(".errors")).to_contain_text(sentence)
            expect(tabs[1].locator(".unsent")).to_have_count(0 if act is confirm else 1)
            if act is not confirm:
                expect(tabs[1].locator(".unsent")).to_contain_text("Typed in vain?")
    once = "select count(*) from {} where task_id = %s"
    assert [
        desk.rows(once.format(table), made["id"])[0][0]
        for table, made in (("agreement", retold), ("acceptance", delivered))
    ] == [1, 1]


def test_a_stale_tab_of_the_assistant_takes_and_delivers_nothing_twice(desk, readers, work):
    queued, briefed, working = (work.task(state) for state in ("queued", "briefed", "working"))
    work.ask("assistant", f"/tasks/{working['id']}/red-line", {"progress": 60, "on_time": True})

    def retell(tab):
        tab.fill("#text", "You want three sellers, typed in vain?")
        tab.locator("form[action$=retelling] .btn-main").click()

    def deliver(tab):
        tab.fill("#delivery", "Here they are, typed in vain?")
        tab.locator("form[action$=delivery] .btn-main").click()

    with two_tabs(readers, ASSISTANT) as tabs:
        both(
            tabs,
            f"{desk.url}/work/{queued['id']}",
            lambda tab: tab.locator("form[action$='/claim'] button").click(),
        )
        expect(tabs[1].locator(".toast", has_text="Assigned.")).to_be_visible()
        for made, act, sentence in (
            (briefed, retell, "There is a newer version"),
            (working, deliver, "Delivered"),
        ):
            both(tabs, f"{desk.url}/work/{made['id']}", act)
            expect(tabs[1].locator(".errors")).to_contain_text(sentence)
            expect(tabs[1].locator(".unsent")).to_contain_text("typed in vain?")
    rows = [
        desk.rows(f"select count(*) from {table} where task_id = %s", made["id"])[0][0]
        for table, made in (("retelling", briefed), ("delivery", working))
    ]
    assert rows == [1, 1]


def test_a_stale_tab_of_the_operator_decides_nothing_twice_and_its_words_stand_under_no_other_task(
    desk, readers, work
):
    first, other = work.in_triage(), work.in_triage()

    def refuse(tab):
        tab.locator("details[id^=drop-] > summary").click()
        tab.fill("#drop-reason", "Typed for the first one")
        tab.locator("button[value=refuse]").click()

    with two_tabs(readers, OPERATOR) as tabs:
        both(tabs, f"{desk.url}/desk/triage?task={first}", refuse)
        stale = tabs[1]
        expect(stale.locator(".errors")).to_contain_text("Declined.")
        expect(stale.locator(".unsent")).to_contain_text("Typed for the first one")
        expect(stale.locator(".notice", has_text="Already decided by")).to_be_visible()
        expect(stale.locator("#drop-reason, .kept-words")).to_have_count(0)
        # Refused for another reason it stays under the very task that it was typed for.
        stale.goto(f"{desk.url}/desk/triage?task={other}")
        stale.locator("details[id^=drop-] > summary").click()
        paste(stale, "#drop-reason", "w" * 2001)
        stale.locator("button[value=delete]").click()
        expect(stale.locator("#drop-reason-oops")).to_contain_text("2,000 characters")
        expect(stale.locator("#drop-reason")).to_have_value("w" * 2001)
        expect(stale.locator("#msg-h + p a.num")).to_have_attribute("href", f"/desk/tasks/{other}")
    assert desk.rows("select state from task where id in (%s, %s) order by id", first, other) == [
        ("refused",),
        ("triage",),
    ]


def test_a_message_without_a_connection_stays_says_so_and_goes_out_once(desk, readers, work):
    made = work.task("assigned")
    page = readers.window(CLIENT)
    page.goto(f"{desk.url}/app/demo/tasks/{made['number']}")
    expect(page.locator("form[action$=messages][hx-boost]")).to_have_count(1)
    send = page.locator("form[action$=messages] button:not([type=button])")
    paste(page, "#reply", "Words on the train")
    page.context.set_offline(True)
    send.click()
    expect(page.locator("body > .toasts")).to_contain_text("Not sent")
    expect(page.locator("#reply")).to_have_value("Words on the train")
    page.context.set_offline(False)

    def lose_the_answer(route):
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    page.route("**/messages", lose_the_answer, times=1)
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/messages")):
        send.click()
    expect(page.locator("#reply")).to_have_value("Words on the train")
    send.click()
    expect(page.locator("#reply")).to_have_value("")
    expect(page.locator(".msg", has_text="Words on the train")).to_have_count(1)
    expect(page.locator("body > .toasts")).to_have_count(0)
    assert (
        len(
            desk.rows(
                "select id from message where task_id = %s and direction = 'said'", made["id"]
            )
        )
        == 1
    )
    page.context.close()


def end_session(desk, email):
    """The newest session of this person is over, as after a night."""
    desk.run_as_system(
        "update login_session set ended_at = now() where id = (select max(s.id) from login_session"
        " s join login l on l.person_id = s.person_id where l.email = %s)",
        email,
    )


def sign_in_again(page, email):
    page.wait_for_url("**/login")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.click("button.btn-main")


@pytest.mark.parametrize(
    ("reader", "field", "button", "how"),
    [
        (CLIENT, "#reply", "form[action$=messages] button:not([type=button])", "ended"),
        (CLIENT, "#reply", "form[action$=messages] button:not([type=button])", "forgotten"),
        (CLIENT, "#text", "form[data-offline] button.btn-main", "ended"),
        (ASSISTANT, "#text", "form[action$=retelling] .btn-main", "ended"),
        (OPERATOR, "#drop-reason", "button[value=refuse]", "ended"),
    ],
    ids=lambda one: one.partition("@")[0] if "@" in one else one[:12],
)
def test_after_the_session_ended_the_words_come_back_with_the_form(
    desk, readers, work, reader, field, button, how
):
    page = readers.browser.new_context(storage_state=readers.signed_in(reader)).new_page()
    page.route(LIVE, lambda _route: None)  # which would lead to the sign-in page by itself
    box = "data-offline" in button
    page.goto(
        desk.url
        + {
            CLIENT: lambda: (
                f"/app/demo/{'' if box else 'tasks/' + str(work.task('assigned')['number'])}"
            ),
            ASSISTANT: lambda: f"/work/{work.task('briefed')['id']}",
            OPERATOR: lambda: f"/desk/triage?task={work.in_triage()}",
        }[reader]()
    )
    if box:
        page.route(
            "**/guess", lambda route: route.abort()
        )  # which would lead there by itself as well
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    if reader == OPERATOR:
        page.locator("details[id^=drop-] > summary").click()
    expect(
        page.locator(f"form:has({field})[hx-boost], form:has({field})[data-offline]")
    ).to_have_count(1)
    if how == "forgotten":
        page.wait_for_timeout(500)  # an answer that is under way would bring the cookie back
        page.context.clear_cookies()
    else:
        end_session(desk, reader)
    words = f"Typed and sent in one breath, {time.monotonic()}"
    paste(page, field, words)
    page.locator(button).click()
    if box:  # the box keeps it and sends it by itself
        page.locator("[data-sign-in]").click()
        sign_in_again(page, reader)
        page.wait_for_url("**/app/**")
        page.goto(f"{desk.url}/app/demo/")
        expect(page.locator("[data-waiting] li")).to_have_count(0)
        assert desk.rows("select count(*) from task where text = %s", words) == [(1,)]
    else:
        sign_in_again(page, reader)
        expect(page.locator(field)).to_have_value(words)
        expect(page.locator(field)).to_be_visible()
    page.context.close()


def test_who_types_into_the_box_after_the_session_ended_signs_in_and_goes_on(desk, readers):
    page = readers.browser.new_context(storage_state=readers.signed_in(CLIENT)).new_page()
    page.goto(f"{desk.url}/app/demo/tasks/new")
    end_session(desk, CLIENT)
    page.locator("#text").press_sequentially("Typed after the night")
    sign_in_again(page, CLIENT)
    page.wait_for_url("**/tasks/new")
    expect(page.locator("#text")).to_have_value("Typed after the night")
    page.context.close()


def test_without_script_questions_are_answered_and_the_short_link_does_all_of_it(
    desk, readers, work
):
    client = readers.browser.new_context(
        java_script_enabled=False, storage_state=readers.signed_in(CLIENT)
    ).new_page()
    stranger = readers.browser.new_context(
        java_script_enabled=False, viewport={"width": PHONE, "height": 844}
    ).new_page()
    for page, link in (
        (client, lambda made: f"/app/demo/tasks/{made['number']}"),
        (stranger, lambda made: "/t/" + short(desk, made)),
    ):
        asked, retold, confirmed, delivered = (
            work.task(state) for state in ("briefed", "retold", "retold", "delivered")
        )
        work.ask("assistant", f"/tasks/{asked['id']}/questions", {"text": "Which colour?"})
        page.goto(desk.url + link(asked))
        page.fill("textarea[id^=answer-]", "Blue")
        page.get_by_role("button", name="Send the answer").click()
        expect(page.locator(".move")).to_contain_text("is writing how they")
        page.goto(desk.url + link(retold))
        page.fill("#note", "w" * 5001)
        page.get_by_role("button", name="Send the correction").click()
        expect(page.locator("#note-oops")).to_contain_text("5,000 characters")
        expect(page.locator("#note")).to_have_value("w" * 5001)
        page.fill("#note", "Five, not three")
        page.get_by_role("button", name="Send the correction").click()
        expect(page.locator(".move")).to_contain_text("is writing how they")
        page.goto(desk.url + link(confirmed))
        page.locator("button[value=confirmed]").click()
        expect(page.locator(".move")).to_contain_text("is working on it")
        page.goto(desk.url + link(delivered))
        page.locator("form:has(#score) button.btn-main").click()
        expect(page.locator("main")).to_contain_text("Accepted, 100")
        facts = (
            "select q.answer, r.correction from question q, retelling r where q.task_id = %s and"
            " r.task_id = %s"
        )
        assert desk.rows(facts, asked["id"], retold["id"]) == [("Blue", "Five, not three")]
        page.context.close()


def short(desk, made):
    (row,) = desk.rows(
        "select id, number, person_id, company_id from task where id = %s", made["id"]
    )
    return _short_link(desk, *row)
