"""The document as a page: nothing of a text becomes markup but its code, and only known types are
links."""

from __future__ import annotations

from service.api import page


def test_line_ends_join_and_backticks_are_code_and_nothing_else_is_markup():
    assert (
        page.written("A `key` <b>\nhere.\n\nNext.")
        == "<p>A <code>key</code> &lt;b&gt; here.</p><p>Next.</p>"
    )


def test_known_types_lead_to_their_schema():
    assert page.linked("[Task] | null", {"Task": {}}) == '[<a href="#schema-Task">Task</a>] | null'
    assert page.breaking("/api/<x>") == "/<wbr>api/<wbr>&lt;x&gt;"
