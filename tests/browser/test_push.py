"""Notifications on the client's phone in a real browser: shown, followed, subscribed and ended."""

from __future__ import annotations

import json
import uuid

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import sign_in_anew
from tests.push.push_service import Browser

pytestmark = [pytest.mark.browser]


def test_a_notification_is_shown_and_leads_to_its_task(phone, desk):
    phone.context.grant_permissions(["notifications"])
    worker = phone.context.service_workers[0]
    found = worker.evaluate("""async () => {
      const said = JSON.stringify({ title: "1001: ready", body: "It is done",
        url: "/app/demo/tasks/1001", tag: "task-1", lang: "en" });
      const event = new PushEvent("push", { data: said });
      const works = [];
      event.waitUntil = (work) => works.push(work);
      self.dispatchEvent(event);
      await Promise.all(works);
      return (await self.registration.getNotifications()).map((one) => [one.title, one.body,
        one.tag, one.data.url]);
    }""")
    assert found == [["1001: ready", "It is done", "task-1", "/app/demo/tasks/1001"]]
    opened = worker.evaluate("""async () => {
      let opened;
      self.clients.openWindow = async (href) => { opened = href; };
      const [notification] = await self.registration.getNotifications();
      const event = new NotificationEvent("notificationclick", { notification });
      const works = [];
      event.waitUntil = (work) => works.push(work);
      self.dispatchEvent(event);
      await Promise.all(works);
      return [opened, (await self.registration.getNotifications()).length];
    }""")
    assert opened == [f"{desk.url}/app/demo/tasks/1001", 0]


SUBSCRIBES = """
const said = %s;
const fake = { ...said, options: { applicationServerKey: null }, toJSON: () => said,
  unsubscribe: async () => { globalThis.there = null; } };
PushManager.prototype.subscribe = async function ({ applicationServerKey }) {
  fake.options.applicationServerKey = applicationServerKey.buffer;
  globalThis.there = fake;
  return fake;
};
PushManager.prototype.getSubscription = async () => globalThis.there ?? null;
"""


def test_the_switch_on_the_account_page_subscribes_this_browser_and_ends_it(phone, desk):
    """The maker's push service is out of reach here, so its part of the browser is stood in for;
    the rest is real."""
    endpoint = f"https://push.example.com/{uuid.uuid4().hex}"
    phone.context.grant_permissions(["notifications"])
    phone.add_init_script(SUBSCRIBES % json.dumps(Browser(endpoint).subscription()))
    phone.goto(f"{desk.url}/account")
    toggle = phone.get_by_role("switch")
    expect(toggle).not_to_be_checked()
    toggle.check()
    expect(toggle).to_be_enabled()
    assert desk.rows("select ended_at from push_subscription where endpoint = %s", endpoint) == [
        (None,)
    ]
    toggle.uncheck()
    expect(toggle).to_be_enabled()
    assert desk.rows(
        "select ended_at is null from push_subscription where endpoint = %s", endpoint
    ) == [(False,)]


def test_after_the_next_sign_in_the_same_browser_is_told_again(phone, desk):
    endpoint = f"https://push.example.com/{uuid.uuid4().hex}"
    phone.context.grant_permissions(["notifications"])
    phone.add_init_script(SUBSCRIBES % json.dumps(Browser(endpoint).subscription()))
    phone.goto(f"{desk.url}/account")
    phone.get_by_role("switch").check()
    expect(phone.get_by_role("switch")).to_be_enabled()
    ((first,),) = desk.rows(
        "select session_id from push_subscription where endpoint = %s", endpoint
    )
    phone.context.clear_cookies()
    sign_in_anew(phone, desk)
    for _try in range(50):
        ((second,),) = desk.rows(
            "select session_id from push_subscription where endpoint = %s", endpoint
        )
        if second != first:
            break
        phone.wait_for_timeout(100)
    assert second != first
