"""The page that adds a card: its own policy, a secret for the vendor's field, and what is kept of
the card."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
import time_machine

from service.billing import cards, stripe_edge
from service.web.client import card as page
from service.web.client import money
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from tests.running_desk import free_port


@pytest.fixture
def owner(world):
    return world.client()


@pytest.fixture
def browser(world, application, owner):
    return world.sign_in(application.test_client(), owner)


def company(owner):
    with isolation.transaction(owner.scope):
        found = db.session.get_one(Company, owner.company_id)
        db.session.expunge(found)
        return found


def policies(answer):
    return dict(
        part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
    )


def test_only_this_page_may_load_the_vendors_field(browser, owner):
    mine, other = (
        policies(browser.get(f"/app/{owner.slug}/billing{path}")) for path in ("/card", "")
    )
    assert (
        mine["script-src"] == "'self' https://js.stripe.com"
        and "https://api.stripe.com" in mine["connect-src"]
    )
    assert (
        "https://hooks.stripe.com" in mine["frame-src"]
        and mine["default-src"] == "'self'"
        and mine["frame-ancestors"] == "'none'"
    )
    assert not any("stripe" in value for value in other.values()) and "script-src" not in other


def test_the_policy_names_the_setting_s_host():
    assert page.policy("http://127.0.0.1:7/js.stripe.com/v3/", "http://127.0.0.1:7") == {
        "script-src": "http://127.0.0.1:7",
        "connect-src": "http://127.0.0.1:7",
    }


def test_a_secret_is_made_by_the_server_and_never_kept(browser, owner, stripe_here):
    path = f"/app/{owner.slug}/billing/card/setup"
    secrets = {browser.post(path).json["secret"] for _twice in range(2)}
    assert len(secrets) == 2 and all(
        secret.startswith("seti_") and "_secret_" in secret for secret in secrets
    )


def test_a_vendor_that_is_away_is_said(browser, owner, monkeypatch):
    away = SimpleNamespace(
        stripe_api_key="sk_test_1", stripe_api_base=f"http://127.0.0.1:{free_port()}"
    )
    monkeypatch.setattr(stripe_edge, "settings", lambda: away)
    monkeypatch.setattr(stripe_edge, "_client", None)
    answer = browser.post(
        f"/app/{owner.slug}/billing/card/setup", headers={"Accept": "application/json"}
    )
    assert (
        answer.status_code == 503
        and answer.json["detail"]
        == "The payment provider is not available right now. Try again in a minute."
    )


def test_a_kept_card_is_named_with_its_last_day(browser, owner, stripe_here):
    assert (
        browser.post(
            f"/app/{owner.slug}/billing/card", data={"payment_method": "pm_card_visa"}
        ).status_code
        == 303
    )
    kept = company(owner)
    assert (kept.card_label, kept.card_until, kept.stripe_customer[:4]) == (
        "visa •••• 4242",
        date(2030, 12, 31),
        "cus_",
    )
    html = browser.get(f"/app/{owner.slug}/billing").get_data(as_text=True)
    assert (
        "Visa ending in 4242" in html
        and "until 12/30, pays automatically" in html
        and "Change card" in html
    )


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("pm_card_visa_chargeDeclined", "Card not accepted: Your card was declined."),
        ("=x", "Unknown payment method"),
    ],
)
def test_a_card_that_is_not_taken_leaves_the_old_one(browser, owner, stripe_here, method, words):
    cards.keep(owner.scope, owner.company_id, "pm_card_visa")
    answer = browser.post(f"/app/{owner.slug}/billing/card", data={"payment_method": method})
    assert answer.status_code == 422 and words in answer.get_data(as_text=True)
    assert "script-src" in policies(answer) and company(owner).card_label == "visa •••• 4242"


def test_the_vendor_is_called_outside_of_any_transaction(app, owner, monkeypatch):
    def keep_card(*_facts):
        assert not db.session().in_transaction()
        return stripe_edge.Kept("cus_1", "pm_1", "visa •••• 4242", None)

    monkeypatch.setattr(stripe_edge, "keep_card", keep_card)
    cards.keep(owner.scope, owner.company_id, "pm_card_visa")
    assert company(owner).stripe_method == "pm_1"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, ""),
        (date(2027, 1, 31), ""),
        (date(2026, 12, 31), "expires next month"),
        (date(2026, 11, 30), "expires this month"),
        (date(2026, 10, 31), "has expired"),
    ],
)
def test_a_card_that_ends_is_said_in_time(app, until, words):
    with app.test_request_context(), time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        assert money._card_ends(until) == words
