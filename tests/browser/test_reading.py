"""What somebody hears who does not see the page: in which order, with which names, nothing twice
and nothing without sense; and what of what happens is told."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in, window
from tests.browser.reading import Said, read
from tests.pages import ASSISTANT, CLIENT, PAGES, PHONE, WIDE, Readers

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LANDMARKS = (
    "banner",
    "navigation",
    "main",
    "complementary",
    "contentinfo",
    "region",
    "search",
    "form",
)
CONTROLS = (
    "link",
    "button",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "radio",
    "spinbutton",
    "slider",
    "switch",
    "DisclosureTriangle",
    "option",
)
# Signs alone, or a fraction; a comma is a pause.
SENSELESS = re.compile(r"[^\w,.;:]+|\d+ ?/ ?\d+")
# A page of pieces, each out of its place and shown in all its states.
PIECES = "styleguide"
# Blocks that are read before one that stands above them, or left of them on the same line. The
# panes at the left of a task lead to others, or add facts: they are read after the task, which is
# what the page is about.
OUT_OF_ORDER = """[...document.querySelectorAll('#main, #main :not(svg, svg *, tr, tr *)')]
  .flatMap(parent => {
  if (parent.childElementCount < 2) return [];
  const blocks = [...parent.children].map(one => [one, one.getBoundingClientRect()]).filter(([one,
    box]) => box.width * box.height > 20000
    && !one.matches('.queue, .about') && !/fixed|sticky/.test(getComputedStyle(one).position));
  const flows = getComputedStyle(parent).readingFlow ?? 'normal';
  return flows !== 'normal' ? [] : blocks.slice(1).filter(([, box], at) => {
    const before = blocks[at][1];
    return box.bottom <= before.top + 1 || (box.top < before.bottom - 1 &&
      box.left < before.left - 1);
  }).map(([one]) => one.className || one.tagName);
})"""
# Rows with another number of cells than their heads: the name of a column would be read to the
# wrong cell.
UNEVEN = """[...document.querySelectorAll('table:has(thead)')].flatMap(table => {
  const wide = row => [...row.cells].filter(one => getComputedStyle(one).display !== 'none')
    .reduce((sum, one) => sum + one.colSpan, 0);
  const heads = wide(table.tHead.rows[0]);
  return [...table.tBodies].flatMap(body => [...body.rows]).filter(row => row.checkVisibility() &&
    wide(row) !== heads).map(row => row.innerText.slice(0, 80));
})"""
# Sentences in Russian that would be read out by an English voice. A name is no sentence.
UNMARKED = r"""(() => {
  const walk = document.createTreeWalker(document.getElementById('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) {
    const words = walk.currentNode.data.match(/[\u0400-\u04ff]{2,}/g) ?? [];
    if (words.length > 4 && walk.currentNode.parentElement.closest('[lang]').lang !== 'ru')
      found.push(walk.currentNode.data.trim().slice(0, 80));
  }
  return found;
})()"""
# What is written on a key, glued to the name of what it does; an id that two things have.
KEYS = (
    "[...document.querySelectorAll('kbd')].filter(one => !one.closest('[aria-hidden],"
    " dialog')).map(one => one.parentElement.innerText)"
)
SAME_ID = (
    "[...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, all) =>"
    " all.indexOf(id) !== at)"
)


@pytest.fixture(scope="module")
def windows(desk, browser):
    """One window for each reader, kept for the whole file."""
    readers, opened = Readers(browser, desk, reduced_motion="reduce"), {}

    def window(reader: str) -> Page:
        if reader not in opened:
            opened[reader] = readers.window(reader)
        return opened[reader]

    yield window
    for page in opened.values():
        page.context.close()


@pytest.fixture(scope="module")
def shown(desk, windows, gaps):
    """A page of the list by its name, at a desk's width."""

    def show(name: str, width: int = WIDE) -> Page:
        one = next(page for page in PAGES if page.name == name)
        page = windows(one.reader)
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(desk.url + one.path.format(**gaps), wait_until="domcontentloaded")
        return page

    return show


@pytest.fixture(scope="module")
def heard(shown):
    """What is said of a page of the list, by its name; each is read once."""
    kept: dict[tuple[str, int], list[Said]] = {}

    def hear(name: str, width: int = WIDE) -> list[Said]:
        if (name, width) not in kept:
            kept[name, width] = read(shown(name, width))
        return kept[name, width]

    return hear


def in_turn(said: list[Said], *parts: tuple[str, str]) -> None:
    """These are said one after the other, each with its role."""
    at = -1
    for role, words in parts:
        at = next(
            (
                place
                for place, one in enumerate(said)
                if place > at and one.role == role and words in one.name
            ),
            len(said),
        )
        assert at < len(said), f"{role} “{words}” is not said, or too early; {role}s: " + "; ".join(
            one.name for one in said if one.role == role
        )


def said_twice(said: list[Said]) -> list[str]:
    """What is said and at once said again, or described by its own name. What lies in another thing
    of the same name is one with it."""
    again = [
        str(one)
        for before, one in pairwise(said)
        if one.name
        and one.name == before.name
        and one.depth <= before.depth
        and {one.role, before.role} <= {"StaticText", "image", "heading", "link", "button"}
    ]
    return again + [str(one) for one in said if one.about and one.about in one.name]


def jumps(said: list[Said]) -> list[str]:
    """Headings that are more than one level below the one before."""
    return [
        now.name
        for before, now in pairwise([one for one in said if one.role in ("main", "heading")])
        if now.level > before.level + 1
    ]


def unclear_landmarks(said: list[Said]) -> list[str]:
    """Landmarks without a name that need one, and those of one kind and one name; a form without a
    name is none."""
    marks = [
        (one.role, one.name)
        for one in said
        if one.role in LANDMARKS and (one.role != "form" or one.name)
    ]
    return [
        f"{role} “{name}”"
        for at, (role, name) in enumerate(marks)
        if (role, name) in marks[:at]
        or (not name and role in ("region", "complementary", "navigation"))
    ]


@pytest.mark.parametrize("page_of", PAGES, ids=lambda one: one.name)
def test_a_page_is_read_in_order_and_makes_sense(heard, windows, page_of):
    said = heard(page_of.name)
    page = windows(page_of.reader)  # where it still stands
    roles = [one.role for one in said]
    assert (
        said[0].name == "Skip to content"
        and roles.count("main") == 1
        and [one.level for one in said].count(1) == 1
    )
    assert jumps(said) == [] and unclear_landmarks(said) == []
    assert (
        page_of.name == PIECES
        or len([role for role in roles if role in ("region", "complementary", "navigation")]) < 15
    )
    assert [str(one) for one in said if one.role in (*CONTROLS, "image") and not one.name] == []
    assert page_of.name == PIECES or said_twice(said) == []
    assert (
        page_of.name == PIECES
        or [str(one) for one in said if one.role == "StaticText" and SENSELESS.fullmatch(one.name)]
        == []
    )
    assert page_of.name == PIECES or page.evaluate(f"[{KEYS}, {UNMARKED}]") == [[], []]
    assert page_of.name == PIECES or page.evaluate(SAME_ID) == []
    assert page.evaluate(f"[{OUT_OF_ORDER}, {UNEVEN}]") == [[], []]
    page.set_viewport_size({"width": PHONE, "height": 900})
    assert page.evaluate(f"[{OUT_OF_ORDER}, {UNEVEN}]") == [[], []]


MOVE = (
    ("StaticText", "Your turn"),
    ("heading", ""),
    ("StaticText", "Task"),
    ("image", "Timeline, "),
    ("list", "The eight steps"),
)


def both(said):
    """The client's words (an owner reads what a member asked for), and the retelling."""
    asked = any("Original request" in one.name for one in said if one.role == "heading")
    return (
        ("heading", "Full texts"),
        ("heading", "Original request" if asked else "Your words"),
        ("paragraph", ""),
        ("heading", "understood it"),
        ("paragraph", ""),
    )


@pytest.mark.parametrize("name", ["client-task-n-retold", "short-t-retold"])
def test_the_move_is_read_first_and_the_decision_after_both_texts(heard, name):
    said = heard(name)
    in_turn(
        said,
        ("main", ""),
        *MOVE,
        *both(said),
        ("button", "Confirm for"),
        ("textbox", "Or say what is different"),
        ("button", "Send the correction"),
    )


def test_another_way_is_read_before_what_confirms_it(heard):
    said = heard("client-task-n-two-ways")
    in_turn(
        said,
        *MOVE,
        ("group", "suggests another option"),
        ("radio", "As you asked"),
        ("radio", "Other option"),
        *both(said),
        ("button", "Confirm for"),
    )


@pytest.mark.parametrize("name", ["client-task-n-delivered", "short-t-delivered"])
def test_what_was_delivered_is_read_before_the_score_and_the_score_before_the_price(heard, name):
    in_turn(
        heard(name),
        *MOVE,
        ("heading", "Delivery"),
        ("article", ""),
        ("StaticText", "met"),
        ("form", "How well was it done?"),
        ("spinbutton", "How well was it done?"),
        ("slider", "Score slider"),
        ("textbox", "What is missing"),
        ("textbox", "A thank-you"),
        ("group", "Tip (optional)"),
        ("button", "Accept for"),
    )


def test_what_follows_a_low_score_is_read_after_it_and_nothing_accepts(shown):
    page = shown("client-task-n-delivered")
    page.fill("#score", "60")
    in_turn(
        read(page),
        ("spinbutton", "How well was it done?"),
        ("textbox", "What is missing"),
        ("group", "Not right yet?"),
        ("button", "Have it reworked"),
        ("button", "Pay 60"),
        ("button", "Let an operator decide"),
    )
    assert not [one for one in read(page) if one.name.startswith("Accept for")]


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_triage_reads_the_message_then_what_can_be_done_then_what_else_waits(heard, width):
    said = heard("triage", width)
    in_turn(
        said,
        ("main", ""),
        ("heading", ""),
        ("button", "Delegate"),
        ("form", "Our guess"),
        ("radio", "% sure"),
        ("region", "Deadline"),
        ("radio", "The queue"),
        ("region", "Waiting"),
    )
    assert next(one for one in said if one.name.startswith("Delegate")).about.startswith(
        "Our guess: "
    )
    assert next(one.level for one in said if one.role == "heading") == 1


@pytest.mark.parametrize(
    ("name", "later"),
    [
        ("bench-a-briefed", ("Conversation and handbook", "Queue")),
        ("task-d-late", ("About the task", "Conversation and sent messages")),
    ],
)
def test_staff_hear_the_task_before_what_stands_beside_it_and_get_there_at_once(
    heard, shown, name, later
):
    said, page = heard(name), shown(name)
    in_turn(
        said,
        ("main", ""),
        ("heading", ""),
        ("image", "Timeline, "),
        ("DisclosureTriangle", ""),
        *((role_of(said, one), one) for one in later),
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#now"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#now') !== null")


def role_of(said: list[Said], name: str) -> str:
    """The role of the landmark of this name."""
    return next(one.role for one in said if one.role in LANDMARKS and one.name == name)


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_clients_desk_is_read_as_it_is_seen(heard, width):
    said = heard("client-desk", width)
    heading = next(at for at, one in enumerate(said) if one.level == 1)
    box = next(at for at, one in enumerate(said) if one.role == "textbox")
    waits = next(at for at, one in enumerate(said) if at > heading and one.role == "listitem")
    assert heading < (box if width == PHONE else waits) and (box < waits) == (width == PHONE)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "task-d-late",
            r"Timeline, overdue: handed over .+, red line .+, deadline .+, now \d\d:\d\d",
        ),
        (
            "client-task-n-retold",
            r"Timeline, paused: handed over .+, red line .+, deadline .+, now \d\d:\d\d",
        ),
        (
            "client-task-n-queued",
            r"Timeline, Finding an assistant: handed over .+, red line .+, deadline [^,]+",
        ),
        (
            "client-task-n-closed",
            r"Timeline, Closed: handed over .+, red line .+, deadline .+, finished [^,]+",
        ),
    ],
)
def test_the_term_line_says_how_it_stands_and_its_moments(heard, name, told):
    (line,) = [
        one for one in heard(name) if one.role == "image" and one.name.startswith("Timeline")
    ]
    assert re.fullmatch(told, line.name), line


def test_what_acts_at_once_says_on_whom(heard):
    for name in ("client-people", "work", "messages", "client-settings"):
        buttons = [one.name for one in heard(name) if one.role == "button"]
        assert len(buttons) == len(set(buttons)), name


def test_a_key_is_said_beside_the_name_and_not_in_it(heard):
    (send,) = [one for one in heard("bench-a-briefed") if one.name == "Send the retelling"]
    assert "keyshortcuts Control+Enter" in send.states


MUTATIONS = """places => {
  globalThis.heard = [];
  for (const place of document.querySelectorAll(places))
    new MutationObserver(() => heard.push(place.textContent.trim()))
    .observe(place, { childList: true, characterData: true, subtree: true });
}"""
LIVE = "[role=status], [aria-live]:not(#guess)"


def handed_over(desk, client: Page) -> int:
    """The client hands a task over; its id, once it is in the queue and the assistant may take
    it."""
    desk.run_as_system(
        "update staff set held_limit = 40 where person_id = (select id from person where name"
        " = %s)",
        "Anna Berzina",
    )
    client.goto(f"{desk.url}/app/demo/tasks/new")
    client.fill("#text", "Find three sellers of wooden crates and compare their prices")
    client.click("#handover-more")
    client.select_option("#category", "research")
    client.locator("#handover .btn-main").click()
    client.wait_for_url(re.compile(r"/tasks/\d+$"))
    for _try in range(100):
        ((task_id, state),) = desk.rows(
            "select t.id, t.state from task t join company c on c.id = t.company_id and c.slug ="
            " 'demo' where t.number = %s",
            client.url.rsplit("/", 1)[1],
        )
        if state == "queued":
            return task_id
        client.wait_for_timeout(100)
    raise AssertionError(f"task {task_id} is {state}")


def test_what_is_done_is_told_and_the_focus_goes_on_to_what_comes_next(desk, browser):
    client, bench = sign_in(browser, desk, CLIENT), sign_in(browser, desk, ASSISTANT)
    bench.goto(f"{desk.url}/work/{handed_over(desk, client)}")
    expect(client.locator("[data-live-sign]:not([data-off])")).to_have_count(1)
    expect(bench.locator("[data-live-sign]:not([data-off])")).to_have_count(1)
    bench.evaluate(
        "globalThis.place = document.querySelector('.toasts')"
    )  # what comes into a live place is heard, a new place is not
    bench.get_by_role("button", name="Take this task").press("Enter")
    expect(bench.get_by_role("status").filter(has_text="The task is yours")).to_have_count(1)
    assert bench.evaluate("place.isConnected && place.innerText.startsWith('The task is yours')")
    expect(bench.locator("#brief > summary")).to_be_focused()
    expect(client.locator("[data-news]")).to_contain_text("is reading the brief")
    bench.wait_for_timeout(1200)  # the page has heard of the change by now, and looked again
    expect(bench.get_by_role("button", name="Undo")).to_have_count(1)
    bench.get_by_role("button", name="I have read the brief").press("Enter")
    expect(bench.locator("#retell > summary")).to_be_focused()
    bench.locator("#text").fill(
        "You want three sellers of wooden crates, their prices side by side."
    )
    bench.locator("#text").press("Control+Enter")
    client.evaluate(MUTATIONS, ".talk[aria-live=polite]")
    bench.locator("#reply").fill("I begin with the nearest ones.")
    bench.get_by_role("button", name="Send", exact=True).press("Enter")
    expect(client.locator(".talk")).to_contain_text("I begin with the nearest ones.")
    assert [
        words for words in client.evaluate("heard") if "nearest ones" in words
    ]  # the moments of the work came before it
    client.get_by_role("button", name="Confirm for").press("Enter")
    expect(client.locator(".move")).to_be_focused()
    expect(client.locator(".move")).to_contain_text("is working on it")
    client.context.close()
    bench.context.close()


def test_a_page_that_only_looks_again_tells_nothing(shown):
    page = shown("bench-a-working")
    expect(page.locator("[data-live-sign]:not([data-off])")).to_have_count(1)
    page.wait_for_timeout(500)
    page.evaluate(MUTATIONS, LIVE)
    with (
        page.expect_response(page.url),
        page.expect_response(lambda answer: "/live/here" in answer.url),
    ):
        page.evaluate("document.body.dispatchEvent(new Event('changed'))")
    page.wait_for_timeout(300)
    assert page.evaluate("heard") == []


def test_a_draft_is_told_once_and_again_only_in_other_words(shown):
    page = shown("client-task-n-retold")
    page.evaluate(MUTATIONS, "#reply-saved")
    for _pause in range(3):
        page.locator("#reply").press_sequentially("Some")
        page.wait_for_timeout(650)
    heard = page.evaluate("heard")
    assert heard and heard[0].startswith("Draft saved at") and len(heard) == len(set(heard))
    assert page.locator("#reply-saved").get_attribute("role") == "status"
    page.locator("#reply").fill("")


def test_after_an_error_the_focus_is_in_the_summary(desk, browser, shown):
    page = shown("client-task-n-working")
    page.locator("form[action$='/messages']").evaluate(
        "form => { form.noValidate = true; form.requestSubmit(); }"
    )
    expect(page.locator(".errors")).to_be_focused()
    guest = window(browser, desk)
    guest.goto(f"{desk.url}/login")
    guest.fill("#email", "nobody@demo.example")
    guest.fill("#password", "not the one")
    guest.press("#password", "Enter")
    expect(guest.locator(".errors")).to_be_focused()
    guest.context.close()


def test_a_closed_dialog_gives_the_focus_back(shown):
    page = shown("desk")
    for opener in ("[data-palette]", "[data-keys]"):
        page.locator(opener).focus()
        page.keyboard.press("Enter")
        expect(page.locator("dialog[open]")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator(opener)).to_be_focused()


def test_how_many_are_picked_is_told_and_a_filter_waits_for_its_button(shown):
    page = shown("board")
    page.locator("[data-pick]").first.press("Space")
    expect(page.locator("[data-news]")).to_have_text("Selected: 1")
    page.locator("#days").press("Home")
    page.locator("#days").select_option("8")
    page.wait_for_timeout(200)
    assert "days=8" not in page.url
    page.get_by_role("button", name="Show", exact=True).press("Enter")
    page.wait_for_url("**days=8**")
