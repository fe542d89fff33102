"""The straight way in a real browser: handed over, claimed, retold, confirmed, reported, delivered, accepted, invoiced."""

from __future__ import annotations

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


ONE_OF = """
select (array_agg(t.number order by t.id desc) filter (where t.state = 'retold' and r.proposal is null and p.name like 'Ingrid%%'))[1] as confirm,
       (array_agg(t.number order by t.id desc) filter (where t.state = 'delivered' and t.disputed_at is null))[1] as accept,
       (array_agg(t.number order by t.id) filter (where t.state = 'closed'))[1] as closed,
       (array_agg(t.id order by t.id desc) filter (where t.state = 'working' and a.name = 'Anna Berzina'))[1] as working,
       (array_agg(t.id order by t.id desc) filter (where t.state = 'briefed' and a.name = 'Anna Berzina'))[1] as briefed
from task t join company c on c.id = t.company_id and c.slug = 'demo' join person p on p.id = t.person_id
left join person a on a.id = t.holder_id left join retelling r on r.task_id = t.id
"""


@pytest.fixture(scope="module")
def shown(desk):
    """Tasks of the demo desk by how they stand: numbers for the client, ids for staff."""
    (row,) = desk.rows(ONE_OF)
    return dict(zip(("confirm", "accept", "closed", "working", "briefed"), map(str, row), strict=True))


def test_from_hand_over_to_invoice(desk, browser):
    client, assistant = sign_in(browser, desk, "client@demo.example"), sign_in(browser, desk, "assistant@demo.example")
    client.fill("#text", "Find five suppliers of oat milk who deliver to Finland and compare their prices")
    client.locator("summary", has_text="Date, kind").click()
    client.select_option("#category", "research")
    client.click("text=Hand over >> nth=-1")
    expect(client.locator("h1")).to_contain_text("Find five suppliers")
    number = re.search(r"/tasks/(\d+)", client.url)[1]

    row = assistant.locator("tr", has=assistant.locator(f"td:text-is('{number}')"))
    for _try in range(50):
        assistant.goto(f"{desk.url}/work")
        if row.count():
            break
        assistant.wait_for_timeout(200)
    row.get_by_role("button", name="Take").click()
    assistant.click("text=I have gone through the brief")
    assistant.fill("#text", "You want five suppliers of oat milk who deliver to Finland, with their prices side by side.")
    assistant.fill("#plan", "Ask eight, compare five.")
    assistant.click("text=Send the retelling")
    expect(assistant.locator("text=It waits for the client")).to_be_visible()

    client.reload()
    client.click("text=Confirm for €96.00")
    expect(client.locator(".move")).to_contain_text("at work")

    assistant.reload()
    assistant.fill("#progress", "60")
    assistant.get_by_role("button", name="Report").click()
    assistant.fill("#delivery", "The five suppliers, with prices for 400 litres a month.")
    assistant.set_input_files("#file", {"name": "suppliers.csv", "mimeType": "text/csv", "buffer": b"name,price\nOat,1.10\n"})
    assistant.get_by_role("button", name="Deliver").click()
    expect(assistant.locator("h2", has_text="Delivered")).to_be_visible()

    client.reload()
    client.fill("#score", "90")
    client.locator("form[action$=acceptance] button.btn-main").click()
    expect(client.locator(".crumb")).to_contain_text("accepted")

    link = client.locator("a[href*='/billing/invoices/']")
    for _try in range(50):
        if link.count():
            break
        client.wait_for_timeout(200)
        client.reload()
    pdf = client.request.get(desk.url + link.first.get_attribute("href")).body()
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    (amount,), = desk.rows("select sum(l.amount) from ledger_line l join posting p on p.id = l.posting_id join charge c on c.event_id = p.event_id"
                           " join task t on t.id = c.task_id where t.number = %s and t.company_id = (select id from company where slug = 'demo') and l.account = 'receivable' and p.kind = 'charge'", int(number))
    assert amount == 9600
    assert f"{amount / 100:.2f}" in words.replace(" ", "")
    assert client.errors == [] and assistant.errors == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(("email", "paths"), [
    ("client@demo.example", ["/app/demo/", "/app/demo/tasks", "/app/demo/tasks/{confirm}", "/app/demo/tasks/{accept}", "/app/demo/tasks/{closed}", "/app/demo/billing", "/app/demo/people"]),
    ("assistant@demo.example", ["/work", "/work/{briefed}", "/work/{working}"]),
    ("operator@demo.example", ["/desk", "/desk/triage", "/desk/board", "/desk/tasks/{working}", "/desk/messages", "/desk/pool"]),
])
def test_no_page_scrolls_sideways_or_complains(desk, browser, shown, email, paths, width):
    page = sign_in(browser, desk, email, width)
    for path in paths:
        page.goto(desk.url + path.format(**shown))
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert page.errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_main_pages(desk, browser, shown, scheme):
    from axe_playwright_python.sync_playwright import Axe

    for email, paths in (("client@demo.example", ["/", "/app/demo/", "/app/demo/tasks/{confirm}", "/app/demo/tasks/{accept}"]),
                         ("assistant@demo.example", ["/work", "/work/{working}"]), ("operator@demo.example", ["/desk/triage", "/desk/board"])):
        page = sign_in(browser, desk, email)
        page.emulate_media(color_scheme=scheme)
        for path in paths:
            page.goto(desk.url + path.format(**shown))
            found = Axe().run(page).response["violations"]
            assert [(one["id"], one["nodes"][0]["target"]) for one in found] == [], path


def test_without_script_a_task_can_be_handed_over_and_confirmed(desk, browser, shown):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk.url}/login")
    page.fill("#email", "client@demo.example")
    page.fill("#password", "demo desk 12")
    page.click("button.btn-main")
    page.fill("#text", "Write a page about our tea, without script")
    page.click("button.btn-main >> nth=-1")
    expect(page.locator("h1")).to_contain_text("Write a page about our tea")
    page.goto(f"{desk.url}/app/demo/tasks/{shown['confirm']}")
    page.click("text=Confirm for")
    expect(page.locator(".move")).to_contain_text("at work")
