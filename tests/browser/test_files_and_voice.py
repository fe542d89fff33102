"""Files dropped and seen on their way, notes that are spoken, points of a retelling, a score below
80."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FLAGS, call, sign_in, sign_in_anew, window
from tests.pages import found

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# A microphone that hums, and a browser that asks nobody for it.
HUMMING = [*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
DROP = """([selector, names, size]) => {
  const data = new DataTransfer();
  for (const name of names) data.items.add(new File([new Uint8Array(size)], name,
    {type: "text/plain"}));
  for (const kind of ["dragover", "drop"]) document.querySelector(selector)
    .dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def test_files_are_dropped_left_out_and_seen_on_their_way(desk, browser):
    page = sign_in(browser, desk, "client@demo.example")
    page.goto(f"{desk.url}/app/demo")
    page.fill("#text", "Compare the two offers in these files")
    page.evaluate(DROP, ["#handover", ["offer-a.txt", "offer-b.txt", "not-this.txt"], 700_000])
    chosen = page.locator("[data-chosen=file] li")
    expect(chosen).to_have_count(3)
    page.get_by_role("button", name="Remove: not-this.txt").click()
    expect(chosen).to_have_count(2)
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    slow.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 600_000},
    )
    page.locator("#handover .btn-main").click()
    expect(page.locator("#handover [data-way]")).to_have_text(
        re.compile(r"^[1-9]\d? %$"), timeout=10_000
    )
    expect(page.locator("h1")).to_contain_text("Compare the two offers", timeout=20_000)
    expect(page.locator("#files .files").first).to_contain_text("offer-a.txt")
    expect(page.locator("#files .files").first).to_contain_text("offer-b.txt")
    assert page.errors == []


def test_files_added_to_a_task_that_do_not_get_through_stay_and_go_once(desk, browser):
    page = sign_in(browser, desk, "client@demo.example")
    page.goto(f"{desk.url}/app/demo/tasks/{found(desk)['n_queued']}")
    page.evaluate(DROP, ["[data-drops=add]", ["lost-and-found.txt"], 1000])
    page.context.set_offline(True)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".add-files [data-way]")).to_contain_text("Not sent")
    page.context.set_offline(False)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#files ul.files:not(.chosen)")).to_contain_text("lost-and-found.txt")
    assert (
        page.locator("#files ul.files:not(.chosen) li", has_text="lost-and-found.txt").count() == 1
    )


def test_a_spoken_note_becomes_a_task_that_can_be_heard(desk, browser):
    humming = browser.browser_type.launch(executable_path="/usr/bin/chromium", args=HUMMING)
    page = window(humming, desk, 390)
    sign_in_anew(page, desk)
    page.get_by_role("button", name="Voice note").click()
    button = page.locator("#handover [data-voice]")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_contain_text("0:02")
    button.click()
    expect(page.locator("[data-chosen=file] li")).to_contain_text("voice-")
    expect(page.locator("#text")).to_have_value(re.compile("Voice note, 0:0"))
    page.locator("#handover .btn-main").click()
    expect(page.locator("h1")).to_contain_text("Voice note,", timeout=10_000)
    heard = page.locator("#files audio").evaluate(
        """async (audio) => { audio.load(); audio.preload = "auto";
        await new Promise((done, fail) => { audio.onloadeddata = done;
          audio.onerror = () => fail(audio.error.message); });
        return audio.readyState; }"""
    )
    assert heard >= 2
    assert page.errors == []
    humming.close()


def test_a_point_that_was_made_exact_is_corrected_alone(desk, browser):
    key = desk.command("apikey", "add", "--company", "demo")
    made = call(
        desk,
        key,
        "/tasks",
        {
            "text": "Find tea that smells of smoke, by the end of the month",
            "category": "research",
            "deadline_at": "2027-06-01T10:00:00Z",
        },
    )
    assistant = sign_in(browser, desk, "assistant@demo.example")
    for _try in range(50):
        assistant.goto(f"{desk.url}/work/{made['id']}")
        if assistant.locator("form[action$='/claim'] button").count():
            break
        assistant.wait_for_timeout(200)
    assistant.locator("form[action$='/claim'] button").click()
    assistant.locator("form[action$='/briefing'] button").click()
    assistant.fill("#text", "You want black tea, dried over pine, before the month ends.")
    assistant.locator("summary", has_text="Details you clarified").click()
    assistant.locator("#retell .words").evaluate(
        """(words) => { const text = words.querySelector("p").firstChild;
          const range = document.createRange();
        const at = text.data.indexOf("smells of smoke"); range.setStart(text, at);
          range.setEnd(text, at + 15);
        getSelection().removeAllRanges(); getSelection().addRange(range); }"""
    )
    assistant.wait_for_timeout(50)
    assistant.locator("[data-pair] [name=words]").first.click()
    expect(assistant.locator("[data-pair] [name=words]").first).to_have_value("smells of smoke")
    assistant.locator("[data-pair] [name=exact]").first.fill("dried over pine")
    assistant.get_by_role("button", name="Send the retelling").click()
    expect(assistant.get_by_text("Waiting for the client.")).to_be_visible()
    client = sign_in(browser, desk, "client@demo.example")
    client.goto(f"{desk.url}/app/demo/tasks/{made['number']}")
    expect(client.locator(".compare .was")).to_have_text("smells of smoke")
    expect(client.locator(".compare ins")).to_have_text("dried over pine")
    client.locator(".point summary").click()
    client.fill("#fix-1", "over oak, not pine")
    client.locator(".point-fix button").click()
    expect(client.locator(".move")).to_contain_text("is writing how")
    expect(assistant.locator("#retell .notice")).to_contain_text(
        "“smells of smoke”: over oak, not pine"
    )
    assert client.errors == assistant.errors == []


def test_what_follows_is_asked_only_below_eighty(desk, browser):
    page = sign_in(browser, desk, "client@demo.example", 390)
    page.goto(f"{desk.url}/app/demo/tasks/{found(desk)['n_delivered']}")
    below = page.locator("[data-below]")
    expect(below).to_be_hidden()
    page.fill("#score", "79")
    expect(below).to_be_visible()
    page.locator("[data-slides]").fill("85")
    expect(page.locator("#score")).to_have_value("85")
    expect(below).to_be_hidden()
    assert page.errors == []
