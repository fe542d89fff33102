"""The public page in a real browser: what is drawn holds what is written, and the form works
without script."""

from __future__ import annotations

import pytest

from tests.pages import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OUTSIDE = """() => [...document.querySelectorAll('.phone g')].flatMap(one => {
  const bubble = one.querySelector('rect').getBBox();
  return [...one.querySelectorAll('text')].filter(line => {
    const words = line.getBBox();
    return words.x < bubble.x || words.x + words.width > bubble.x + bubble.width - 6 ||
      words.y < bubble.y || words.y + words.height > bubble.y + bubble.height;
  }).map(line => line.textContent);
})"""


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_line_on_the_phone_stands_within_its_bubble(desk, browser, language):
    page = browser.new_context(locale=language).new_page()
    page.goto(desk.url)
    page.evaluate("document.fonts.ready")
    assert page.locator(".phone g text").count() > 3
    assert page.evaluate(OUTSIDE) == []
    page.context.close()


def test_without_script_a_first_task_is_handed_over_on_the_phone(desk, browser):
    page = browser.new_context(
        java_script_enabled=False, viewport={"width": PHONE, "height": 844}
    ).new_page()
    page.goto(desk.url)
    page.fill("#text", "Find a supplier of tea")
    page.fill("#email", "tea-front@example.com")
    page.check("#consent")
    page.click("text=Hand over your first task")
    assert page.locator("h1").inner_text() == "Thank you, we have it"
    assert "tea-front@example.com" in page.locator("main").inner_text()
    page.context.close()
