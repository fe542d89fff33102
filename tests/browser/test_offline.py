"""The client's phone in a real browser: an app that is kept, a task handed over without a
connection."""

from __future__ import annotations

import json
import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in_anew

KEPT = "Saved. It will be sent when you are back online."
pytestmark = [pytest.mark.browser]


def words():
    return f"Find a quiet cafe for the meeting, {uuid.uuid4().hex[:12]}"


def hand_over(page, text):
    page.fill("#text", text)
    page.locator("form[data-offline] button.btn-main").click()


def made(desk, text):
    return len(desk.rows("select id from task where text = %s", text))


def wait_until_made(page, desk, text):
    for _try in range(100):
        if made(desk, text):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the task never came")


def waits(page):
    return page.locator("[data-waiting] li")


def test_online_it_goes_out_as_ever(phone, desk):
    text = words()
    hand_over(phone, text)
    expect(phone.locator("h1")).to_contain_text(text)
    expect(phone.locator(".toast")).to_contain_text("received. Next")
    assert made(desk, text) == 1
    phone.goto(f"{desk.url}/app/demo/")
    expect(phone.locator("#text")).to_have_value("")
    expect(phone.locator("[data-waiting]")).to_be_hidden()


def test_what_is_wrong_is_said_at_its_field_as_ever(phone, desk):
    phone.fill("#text", "Too late")
    phone.locator("summary", has_text="Deadline, category").click()
    phone.fill("#deadline_at", "2020-01-01T10:00")
    phone.locator("form[data-offline] button.btn-main").click()
    expect(phone.locator("#deadline_at-oops")).to_be_visible()
    expect(phone.locator("#text")).to_have_value("Too late")
    expect(waits(phone)).to_have_count(0)


def test_without_a_connection_it_is_kept_and_goes_out_once(phone, desk):
    text, context = words(), phone.context
    phone.locator("summary", has_text="Deadline, category").click()
    phone.select_option("#category", "research")
    phone.set_input_files(
        "#file", {"name": "map.txt", "mimeType": "text/plain", "buffer": b"turn left"}
    )
    context.set_offline(True)
    hand_over(phone, text)
    expect(phone.locator("[data-waiting] [data-says]")).to_have_text(KEPT)
    expect(waits(phone)).to_contain_text(text)
    expect(phone.locator("#text")).to_have_value("")
    assert phone.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    phone.reload()
    expect(phone.locator("h1")).to_have_text("No connection")
    expect(waits(phone)).to_contain_text(text)
    phone.wait_for_timeout(500)
    assert made(desk, text) == 0
    context.set_offline(False)
    wait_until_made(phone, desk, text)
    expect(waits(phone)).to_have_count(0)
    phone.goto(f"{desk.url}/app/demo/")
    phone.wait_for_timeout(500)
    assert desk.rows(
        "select t.category, a.name, a.size from task t join attachment a on a.task_id = t.id where"
        " t.text = %s",
        text,
    ) == [("research", "map.txt", 9)]


def test_on_the_page_without_a_connection_the_next_one_is_kept_too(phone, desk):
    first, second = words(), words()
    phone.context.set_offline(True)
    phone.goto(f"{desk.url}/app/demo/tasks")
    for text in (first, second):
        hand_over(phone, text)
        expect(phone.locator("#text")).to_have_value("")
    expect(waits(phone)).to_have_count(2)
    waits(phone).filter(has_text=second).get_by_role("button", name="Remove").click()
    expect(waits(phone)).to_have_count(1)
    phone.context.set_offline(False)
    wait_until_made(phone, desk, first)
    phone.get_by_role("link", name="Try again").click()
    expect(phone.locator("h1")).to_contain_text("Tasks")
    assert (made(desk, first), made(desk, second)) == (1, 0)


def test_two_windows_send_it_once(phone, desk):
    text, other = words(), phone.context.new_page()
    other.goto(f"{desk.url}/app/demo/tasks/new")
    phone.context.set_offline(True)
    hand_over(phone, text)
    expect(waits(other)).to_contain_text(text)
    asked = []
    phone.context.on(
        "request",
        lambda request: (
            asked.append(request.url)
            if request.method == "POST" and request.url.endswith("/tasks")
            else None
        ),
    )
    phone.context.set_offline(False)
    for page in (phone, other):
        page.evaluate("dispatchEvent(new Event('online'))")
    wait_until_made(phone, desk, text)
    for page in (phone, other):
        expect(waits(page)).to_have_count(0)
    phone.wait_for_timeout(500)
    assert made(desk, text) == 1 and len(asked) <= 1


@pytest.mark.parametrize("by", ["the service worker", "the person"])
def test_an_answer_that_was_lost_on_its_way_makes_no_second_task(phone, desk, by):
    text, lost = words(), []
    if by == "the person":  # a browser without Background Sync
        phone.evaluate(
            "() => { SyncManager.prototype.register = () => Promise.reject(new Error('not"
            " here')); }"
        )

    def lose_the_answer(route):
        lost.append(route.fetch(max_redirects=0).status)
        route.abort("connectionreset")

    phone.route("**/app/demo/tasks", lose_the_answer, times=1)
    hand_over(phone, text)
    expect(phone.locator("#text")).to_have_value("")
    if by == "the person":
        expect(phone.locator("[data-waiting] [data-says]")).to_have_text(KEPT)
        phone.get_by_role("button", name="Send now").click()
        ((number,),) = desk.rows("select number from task where text = %s", text)
        expect(phone.locator("[data-went] a")).to_have_text(str(number))
    expect(waits(phone)).to_have_count(0)
    phone.wait_for_timeout(300)
    assert lost == [201] and made(desk, text) == 1


def test_with_every_page_closed_the_service_worker_sends_it(phone, desk):
    text, registrations = words(), []
    session = phone.context.new_cdp_session(phone)
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    phone.context.set_offline(True)
    hand_over(phone, text)
    expect(waits(phone)).to_have_count(1)
    phone.goto("about:blank")
    phone.context.set_offline(False)
    (mine,) = {
        one["registrationId"] for one in registrations if one["scopeURL"].startswith(desk.url)
    }
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": desk.url, "registrationId": mine, "tag": "waiting", "lastChance": False},
    )
    wait_until_made(phone, desk, text)
    phone.goto(f"{desk.url}/app/demo/")
    expect(waits(phone)).to_have_count(0)
    assert made(desk, text) == 1


def test_after_the_session_ended_it_stays_kept_until_they_sign_in(phone, desk):
    text = words()
    phone.route(
        "**/guess", lambda route: route.abort()
    )  # which would lead to the sign-in page by itself
    phone.fill("#text", text)
    phone.context.clear_cookies()
    phone.locator("form[data-offline] button.btn-main").click()
    expect(phone.locator("[data-waiting] [data-says]")).to_have_text("Saved. Sign in to send it.")
    assert made(desk, text) == 0
    phone.locator("[data-sign-in]").click()
    sign_in_anew(phone, desk)
    wait_until_made(phone, desk, text)
    expect(waits(phone)).to_have_count(0)
    assert made(desk, text) == 1


def test_what_one_person_kept_goes_out_under_nobody_elses_name(phone, desk):
    text = words()
    phone.context.set_offline(True)
    hand_over(phone, text)
    expect(waits(phone)).to_have_count(1)
    phone.evaluate("""async () => {
      const [entry] = (await waiting.all());
      await waiting.write({ ...entry, person: entry.person + 1000 });
    }""")
    phone.context.set_offline(False)
    phone.goto(f"{desk.url}/app/demo/")
    phone.wait_for_timeout(800)
    expect(phone.locator("[data-waiting]")).to_be_hidden()
    assert made(desk, text) == 0


def test_what_was_refused_later_says_why_and_can_be_changed(phone, desk):
    text = words()
    phone.locator("summary", has_text="Deadline, category").click()
    phone.fill("#budget", "12")
    phone.context.set_offline(True)
    hand_over(phone, text)
    expect(waits(phone)).to_have_count(1)
    phone.evaluate("""async () => {
      const [entry] = (await waiting.all());
      entry.fields = entry.fields.map(([name, value]) => [name, name === "deadline_at" ?
        "2020-01-01T10:00" : value]);
      await waiting.write(entry);
    }""")
    phone.context.set_offline(False)
    phone.goto(f"{desk.url}/app/demo/")
    expect(waits(phone)).to_contain_text("in the past")
    waits(phone).get_by_role("button", name="Change").click()
    expect(phone.locator("#text")).to_have_value(text)
    expect(phone.locator("#budget")).to_have_value("12")
    assert made(desk, text) == 0


def test_files_that_are_too_large_to_keep_stay_in_the_box(phone, desk, tmp_path):
    large, text = tmp_path / "large.bin", words()
    large.write_bytes(b"0" * (21 * 1024 * 1024))
    phone.locator("summary", has_text="Deadline, category").click()
    phone.set_input_files("#file", large)
    phone.context.set_offline(True)
    hand_over(phone, text)
    expect(phone.locator("[data-waiting] [data-says]")).to_contain_text("20 MB")
    expect(phone.locator("#text")).to_have_value(text)


def test_nothing_of_anybody_is_in_the_cache(phone, desk):
    for path in ("/app/demo/", "/app/demo/tasks", "/account", "/app/demo/tasks/1001"):
        phone.goto(desk.url + path)
    found = phone.evaluate("""async () => {
      const kept = [];
      for (const name of await caches.keys())
      for (const request of await (await caches.open(name)).keys())
        kept.push(new URL(request.url).pathname);
      return kept;
    }""")
    assert found and {path for path in found if not path.startswith("/static/")} == {"/offline"}


@pytest.mark.parametrize(("language", "heading"), [("en", "No connection"), ("ru", "Нет связи")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_without_a_connection_is_whole_in_both_languages(
    browser, desk, language, heading, scheme
):
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_context(
        viewport={"width": 390, "height": 844}, color_scheme=scheme
    ).new_page()
    page.goto(f"{desk.url}/offline?reads={language}")
    page.evaluate(
        """async (language) => waiting.learn({ person: 1, action: "/app/demo/tasks", language })""",
        language,
    )
    page.reload()
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator("#text")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert [
        (one["id"], one["nodes"][0]["target"]) for one in Axe().run(page).response["violations"]
    ] == []
    page.context.close()


def test_the_manifest_is_what_a_browser_takes_for_an_app(phone, desk):
    session = phone.context.new_cdp_session(phone)
    manifest = session.send("Page.getAppManifest")
    assert manifest["errors"] == [] and manifest["url"] == f"{desk.url}/manifest.webmanifest"
    said = json.loads(manifest["data"])
    assert (said["start_url"], said["display"], said["scope"]) == ("/app", "standalone", "/")
    # A test's window is a private one, which is the only thing against it.
    assert [
        one["errorId"]
        for one in session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    ] == ["in-incognito"]
    for icon in said["icons"]:
        assert phone.request.get(desk.url + icon["src"]).ok, icon


def test_the_service_worker_is_asked_for_anew_and_rules_the_whole_desk(phone, desk):
    answer = phone.request.get(f"{desk.url}/sw.js")
    assert (
        answer.headers["content-type"].startswith("text/javascript")
        and answer.headers["cache-control"] == "no-cache"
    )
    for path in json.loads(re.search(r"const KEPT = (.*);", answer.text())[1]):
        assert phone.request.get(desk.url + path).ok, path
    assert (
        phone.evaluate("navigator.serviceWorker.ready.then((one) => one.scope)") == f"{desk.url}/"
    )


def test_without_script_the_plain_form_is_as_ever(browser, desk):
    page, text = browser.new_context(java_script_enabled=False).new_page(), words()
    sign_in_anew(page, desk)
    expect(page.locator("[data-waiting]")).to_be_hidden()
    hand_over(page, text)
    expect(page.locator("h1")).to_contain_text(text)
    page.goto(f"{desk.url}/account")
    expect(page.locator("[data-push]")).to_be_hidden()
    page.context.close()
