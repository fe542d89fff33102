"""The straight way in a real browser: handed over, claimed, retold, confirmed, reported, delivered,
accepted, invoiced."""

from __future__ import annotations

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser]


def test_from_hand_over_to_invoice(desk, browser):
    client, assistant = (
        sign_in(browser, desk, "client@demo.example"),
        sign_in(browser, desk, "assistant@demo.example"),
    )
    client.fill(
        "#text", "Find five suppliers of oat milk who deliver to Finland and compare their prices"
    )
    client.locator("summary", has_text="Deadline, category").click()
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
    assistant.click("text=I have read the brief")
    assistant.fill(
        "#text",
        "You want five suppliers of oat milk who deliver to Finland, with their prices side by"
        " side.",
    )
    assistant.fill("#plan", "Ask eight, compare five.")
    assistant.click("text=Send the retelling")
    expect(assistant.locator("text=Waiting for the client.")).to_be_visible()

    client.reload()
    client.click("text=Confirm for €96.00")
    expect(client.locator(".move")).to_contain_text("is working on it")

    assistant.reload()
    assistant.fill("#progress", "60")
    assistant.get_by_role("button", name="Send report").click()
    assistant.fill("#delivery", "The five suppliers, with prices for 400 litres a month.")
    assistant.set_input_files(
        "#file",
        {"name": "suppliers.csv", "mimeType": "text/csv", "buffer": b"name,price\nOat,1.10\n"},
    )
    assistant.get_by_role("button", name="Deliver").click()
    expect(assistant.locator("h2", has_text="Delivered")).to_be_visible()

    client.reload()
    client.fill("#score", "90")
    client.locator("form[action$=acceptance] button.btn-main").click()
    expect(client.locator("main")).to_contain_text("Accepted at")

    link = client.locator("a[href*='/billing/invoices/']")
    for _try in range(50):
        if link.count():
            break
        client.wait_for_timeout(200)
        client.reload()
    pdf = client.request.get(desk.url + link.first.get_attribute("href")).body()
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    ((amount,),) = desk.rows(
        "select sum(l.amount) from ledger_line l join posting p on p.id = l.posting_id join charge"
        " c on c.event_id = p.event_id join task t on t.id = c.task_id where t.number = %s and"
        " t.company_id = (select id from company where slug = 'demo') and l.account = 'receivable'"
        " and p.kind = 'charge'",
        int(number),
    )
    assert amount == 9600
    assert f"{amount / 100:.2f}" in words.replace(" ", "")
    assert client.errors == [] and assistant.errors == []
