"""A card is added in the vendor's own field (localstripe's here), and a card that is declined is
said beside it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import sign_in

pytestmark = [pytest.mark.browser]


@pytest.fixture
def page(browser, desk):
    page = sign_in(browser, desk, "client@demo.example", 390)
    yield page
    page.context.close()


def fill(page, desk, number):
    page.goto(f"{desk.url}/app/demo/billing/card")
    field = page.locator("#card-field input")
    for place, words in enumerate((number, "12", "31", "123", "00100")):
        field.nth(place).fill(words)
    page.get_by_role("button", name="Save card").click()


def test_a_card_is_added_without_an_id(page, desk):
    fill(page, desk, "4242424242424242")
    page.wait_for_url("**/billing#card-h")
    expect(page.get_by_text("Visa ending in 4242").first).to_be_visible()
    expect(page.get_by_text("until 12/31, pays automatically")).to_be_visible()
    stripe = desk.settings()["STRIPE_API_BASE"]
    assert [error for error in page.errors if not error.startswith(stripe)] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_around_the_vendors_field(page, desk, theme):
    page.emulate_media(color_scheme=theme)
    page.goto(f"{desk.url}/app/demo/billing/card")
    said = Axe().run(page, context={"exclude": [["#card-field"]]}).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in said] == []


def test_a_declined_card_is_said_beside_the_field_and_another_can_be_tried(page, desk):
    fill(page, desk, "4000000000000002")
    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    expect(page.get_by_role("button", name="Save card")).to_be_enabled()
    page.locator("#card-field input").first.fill("4242424242424242")
    page.get_by_role("button", name="Save card").click()
    page.wait_for_url("**/billing#card-h")


def test_without_script_the_page_says_so_and_takes_an_id(browser, desk):
    page = sign_in(browser, desk, "client@demo.example", 390)
    state = page.context.storage_state()
    page.context.close()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    page = context.new_page()
    page.goto(f"{desk.url}/app/demo/billing/card")
    assert "needs JavaScript" in page.content() and not page.locator("[data-card]").is_visible()
    page.locator("summary", has_text="API").click()
    page.fill("#payment_method", "pm_card_visa")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/billing#card-h")
    expect(page.locator("main")).to_contain_text("Visa ending in 4242")
    context.close()
