"""Nothing, and ten thousand."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.browser.rough.probes import LOOK
from tests.pages import ASSISTANT, CLIENT, OPERATOR, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def bare_and_full(desk):
    """A company without a task, one with 10,000, and 10,000 messages on one of them: its number and
    id."""
    for slug in ("bare", "full"):
        desk.run_as_system(
            "insert into company (slug, name, currency, language, zone) values (%s, %s, 'EUR',"
            " 'en', 'Europe/Riga')",
            slug,
            slug.title(),
        )
        desk.run_as_system(
            "insert into membership (company_id, person_id, role) select c.id, l.person_id, 'owner'"
            " from company c, login l where c.slug = %s and l.email = %s",
            slug,
            CLIENT,
        )
    desk.run_as_system(
        """insert into task (company_id, number, person_id, title, text, language, channel,
          category, state, priority, currency, created_at, ended_at,
        deadline_at, holder_id, quantity, unit_price, price)
        select c.id, 1000 + n, l.person_id, 'Old task ' || n, 'Words of the old task ' || n, 'en',
          'web', 'research', 'closed', 'ordinary', 'EUR',
        now() - interval '2 years', now() - interval '700 days', now() - interval '1 year',
          a.person_id, 4, 2400, 9600
        from company c, login l, login a, generate_series(1, 10000) n where c.slug = 'full'
          and l.email = %s and a.email = %s""",
        CLIENT,
        ASSISTANT,
    )
    ((task_id,),) = desk.rows(
        "select t.id from task t join company c on c.id = t.company_id where c.slug = 'full' and"
        " t.number = 11000"
    )
    desk.run_as_system(
        """insert into message (company_id, task_id, direction, author_kind, author_id, channel,
          text)
        select t.company_id, t.id, 'said', 'client', t.person_id, 'web', 'Message ' || n || '.'
          from task t, generate_series(1, 10000) n where t.id = %s""",
        task_id,
    )
    desk.run_as_system(
        """insert into event (company_id, task_id, kind, by_kind, by_id, channel)
        select t.company_id, t.id, kind, 'client', t.person_id, 'web' from task t,
        (select 'task.message' as kind, n from generate_series(1, 10000) n union
          select 'task.praised', 10001) as told where t.id = %s order by n""",
        task_id,
    )
    return task_id


def test_a_company_without_a_task_has_a_sentence_on_every_page(desk, windows, bare_and_full):
    sentences = {
        "/": (
            "Nothing needs your attention",
            "No tasks in progress",
            "Finished tasks will appear here.",
        ),
        "/tasks": ("No tasks yet",),
        "/tasks?q=tea": ("Nothing found",),
        "/tasks/new": ("Hand a task over",),
        "/billing": ("All paid", "No charges yet"),
        "/people": ("you",),
        "/handbook": ("In your own words",),
        "/settings": ("Your addresses",),
    }
    page = windows(CLIENT, PHONE)
    for path, told in sentences.items():
        page.errors.clear()
        page.goto(f"{desk.url}/app/bare{path}")
        for sentence in told:
            expect(page.locator("main").get_by_text(sentence, exact=True).first).to_be_visible()
        assert page.evaluate(LOOK) == [] and page.errors == [], path
    ((company,),) = desk.rows("select id from company where slug = 'bare'")
    operator = windows(OPERATOR)
    operator.goto(f"{desk.url}/desk/companies/{company}")
    expect(operator.locator("main .empty")).to_contain_text("No tasks yet")


def test_ten_thousand_tasks_come_in_pages(desk, windows, bare_and_full):
    page = windows(CLIENT)
    for path in ("/", "/tasks", "/tasks?q=old", "/billing"):
        began = time.monotonic()
        answer = page.request.get(f"{desk.url}/app/full{path}")
        print(f"10,000 tasks, {path}: {len(answer.body())} bytes, {time.monotonic() - began:.2f} s")
        assert answer.ok and len(answer.body()) < 120_000
    page.goto(f"{desk.url}/app/full/tasks")
    expect(page.locator(".task")).to_have_count(50)
    expect(page.locator(".task a").first).to_have_text("Old task 10000")
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".task a").first).to_have_text("Old task 9950")
    page.goto(f"{desk.url}/app/full/tasks?q=old+task+9990")
    expect(page.locator(".task a").first).to_have_text("Old task 9990")


def test_ten_thousand_messages_on_one_task_come_in_pages_for_every_reader(
    desk, windows, bare_and_full
):
    for reader, path in (
        (CLIENT, "/app/full/tasks/11000"),
        (ASSISTANT, f"/work/{bare_and_full}"),
        (OPERATOR, f"/desk/tasks/{bare_and_full}"),
    ):
        page = windows(reader)
        began = time.monotonic()
        answer = page.request.get(desk.url + path)
        print(
            f"10,000 messages, {path}: {len(answer.body())} bytes, {time.monotonic() - began:.2f} s"
        )
        assert answer.ok and len(answer.body()) < 120_000
        page.goto(desk.url + path)
        last = page.locator(".msg > div")
        expect(last).to_have_count(50)
        expect(last.last).to_have_text("Message 10000.")
        page.get_by_role("link", name="Earlier messages").click()
        expect(last.last).to_have_text("Message 9950.")
        expect(last).to_have_count(50)
        page.get_by_role("link", name="Newest messages").click()
        expect(last.last).to_have_text("Message 10000.")
        assert page.locator(".history li", has_text="thanks sent").count() == 1, (
            "what happened last is there, however much was said"
        )
