"""Script, sent through the forms themselves; last of these tests, because it spoils what it
touches."""

from __future__ import annotations

import pytest

from tests.browser.rough.probes import PAYLOAD, SPOILT
from tests.pages import ADMIN, ASSISTANT, CLIENT, OPERATOR, of

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_script_in_every_field_of_every_form_is_nothing_but_words(desk, windows, gaps):
    pages = {
        reader: dict.fromkeys(shown.path for shown in of(reader) if shown.status == 200)
        for reader in (CLIENT, ASSISTANT, OPERATOR, ADMIN, "")
    }
    broken, led, ran = [], {}, []
    for reader, paths in pages.items():
        page = windows(reader)
        for path in paths:
            page.goto(desk.url + path.format(**gaps), wait_until="domcontentloaded")
            told = page.evaluate(SPOILT, PAYLOAD)
            broken += told["broken"]
            led.setdefault(reader, {}).update(dict.fromkeys([path.format(**gaps), *told["led"]]))
    for reader, paths in led.items():
        page = windows(reader)
        for path in paths:
            page.errors.clear()
            page.goto(desk.url + path)
            page.evaluate(
                "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
            )
            ran += (
                [path]
                if page.evaluate("window.pwned")
                or [one for one in page.errors if "status of" not in one]
                else []
            )
    assert broken == [] and ran == []
    assert desk.rows("select count(*) > 20 from message where text like '%%<script>%%'") == [
        (True,)
    ]
    spoilt = (
        "select name from company",
        "select name from person",
        "select project from task",
        "select outcome from task",
        "select text from criterion",
        "select text from handbook",
        "select name from attachment",
        "select text from question",
    )
    assert [
        one for one in spoilt if not any("script" in (row[0] or "") for row in desk.rows(one))
    ] == []
