"""Novels, letters from right to left, emoji, and script and names of 200 letters in place of
everything that people wrote."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.rough.probes import (
    BACKWARDS,
    FAMILY,
    GIVEN_BACK,
    LOOK,
    NOVEL,
    ORDER,
    ROUGH,
    UNSET,
    ZOOMED,
)
from tests.browser.rough.work import everywhere, paste, said
from tests.pages import ASSISTANT, CLIENT, OPERATOR, PHONE, READERS, WIDE, of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_novel_in_the_box_is_refused_beside_it_and_comes_back_whole(desk, windows):
    page = windows(CLIENT)
    page.goto(f"{desk.url}/app/demo/")
    paste(page, "#text", NOVEL)
    page.locator("form[data-offline] button.btn-main").click()
    expect(page.locator("#text-oops")).to_contain_text("20,000 characters")
    expect(page.locator("#text")).to_have_value(NOVEL)
    assert len(NOVEL) > 40_000
    paste(page, "#text", NOVEL[:20_000])
    page.locator("form[data-offline] button.btn-main").click()
    expect(page.locator("h1")).to_have_text("Chapter 0")
    assert said(page.locator("section .prose").first.inner_text()) == said(NOVEL[:20_000])
    assert page.locator("section .prose").first.locator("p").count() > 200
    assert page.evaluate(LOOK) == []


def test_a_novel_in_the_conversation_and_in_the_retelling(desk, windows, work):
    made = work.task("briefed")
    client, assistant = windows(CLIENT), windows(ASSISTANT)
    client.goto(f"{desk.url}/app/demo/tasks/{made['number']}")
    assistant.goto(f"{desk.url}/work/{made['id']}")
    for page, field, button in (
        (client, "#reply", "form[action$=messages] button:not([type=button])"),
        (assistant, "#text", "form[action$=retelling] .btn-main"),
    ):
        paste(page, field, NOVEL)
        page.locator(button).click()
        expect(page.locator(f"{field}-oops")).to_contain_text("10,000 characters")
        expect(page.locator(field)).to_have_value(NOVEL)
        paste(page, field, NOVEL[:10_000])
        page.locator(button).click()
        expect(page.locator(f"{field}-oops")).to_have_count(0)
    expect(client.locator(".msg > div")).to_have_count(1)
    expect(assistant.get_by_text("Waiting for the client.")).to_be_visible()
    client.goto(f"{desk.url}/app/demo/tasks/{made['number']}")
    shown = [
        said(client.locator(place).inner_text())
        for place in (".msg > div", ".compare article:nth-of-type(2) .prose")
    ]
    assert shown == [said(NOVEL[:10_000])] * 2
    assert client.evaluate(LOOK) == []


def test_every_long_text_that_is_too_long_comes_back_whole_with_its_sentence_at_its_field(
    desk, windows, gaps, work
):
    asked, retold, delivered, working = (
        work.task(state) for state in ("briefed", "retold", "delivered", "working")
    )
    work.ask("assistant", f"/tasks/{asked['id']}/questions", {"text": "Which colour?"})
    work.ask("assistant", f"/tasks/{working['id']}/red-line", {"progress": 60, "on_time": True})
    pages = {
        CLIENT: [
            f"/app/demo/{one}"
            for one in (
                "",
                "handbook",
                "settings",
                *(f"tasks/{task['number']}" for task in (asked, retold, delivered, working)),
                f"tasks/{gaps['n_accepted']}",
            )
        ],
        ASSISTANT: [f"/work/{task['id']}" for task in (asked, retold, working)],
        OPERATOR: [
            f"/desk/triage?task={work.in_triage()}",
            f"/desk/triage?message={gaps['message']}",
            "/desk/tasks/new",
            *(
                f"/desk/tasks/{number}"
                for number in (asked["id"], retold["id"], gaps["d_delivered"], gaps["d_disputed"])
            ),
        ],
        "": [
            "/",
            f"/t/{gaps['t_retold']}",
            f"/t/{gaps['t_question']}",
            f"/t/{gaps['t_delivered']}",
        ],
    }
    lost = {}
    for reader, paths in pages.items():
        page = windows(reader)
        for path in paths:
            page.goto(desk.url + path, wait_until="domcontentloaded")
            lost[path] = page.evaluate(GIVEN_BACK)
    assert {path: fields for path, fields in lost.items() if fields} == {}


def test_emoji_of_several_stay_whole_and_what_is_typed_runs_its_own_way(desk, windows):
    page = windows(CLIENT)
    page.goto(f"{desk.url}/app/demo/")
    direction = "getComputedStyle(document.getElementById('text')).direction"
    assert page.evaluate(direction) == "ltr"
    paste(page, "#text", f"{BACKWARDS} {FAMILY}")
    assert page.evaluate(direction) == "rtl"
    page.locator("form[data-offline] button.btn-main").click()
    expect(page.locator("h1")).to_have_text(f"{BACKWARDS} {FAMILY}")
    assert (
        page.locator("section .prose p").first.evaluate("(one) => getComputedStyle(one).direction")
        == "rtl"
    )
    assert page.evaluate(ORDER) == []
    page.goto(f"{desk.url}/app/demo/")
    paste(page, "#text", FAMILY * 40)
    page.locator("form[data-offline] button.btn-main").click()
    expect(page.locator("h1")).to_contain_text(FAMILY)
    assert "‍…" not in page.locator("h1").inner_text()
    expect(page.locator("section .prose").first).to_have_text(FAMILY * 40)


def test_words_from_right_to_left_turn_nothing_around_beside_them(desk, windows, gaps):
    with everywhere(desk, BACKWARDS):
        turned, held = {}, 0
        for reader in READERS:
            page = windows(reader)
            for shown in of(reader):
                page.goto(desk.url + shown.path.format(**gaps), wait_until="domcontentloaded")
                turned[shown.name] = page.evaluate(ORDER)
                if shown.name in ("client-desk", "board", "work", "triage"):
                    page.evaluate(UNSET)
                    held += bool(page.evaluate(ORDER))
    assert {name: lines for name, lines in turned.items() if lines} == {} and held == 4


# 3, 4, 10. scripts and names of 200 letters without a space, on every page, for every reader, at
# three widths


def test_no_script_runs_and_no_name_pushes_on_any_page(desk, windows, gaps):
    with everywhere(desk, ROUGH):
        wrong = {}
        for reader in READERS:
            for shown in of(reader):
                page = windows(reader)
                page.errors.clear()
                answer = page.goto(desk.url + shown.path.format(**gaps))
                found_here = [
                    one
                    for one in page.errors
                    if not (shown.status >= 400 and f"status of {shown.status}" in one)
                ]
                found_here += [] if answer.status == shown.status else [answer.status]
                for width in (WIDE, ZOOMED, PHONE):
                    page.set_viewport_size({"width": width, "height": 900})
                    found_here += [f"{width}: {one}" for one in page.evaluate(LOOK)]
                if found_here or page.evaluate("window.pwned"):
                    wrong[shown.name] = found_here
    assert wrong == {}
