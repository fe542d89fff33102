"""How a mail looks in HTML: its words as they are, links to this desk alone."""

from __future__ import annotations

from service.channels.email.letter import html_of

LINK = "http://desk.test/t/1-2-3-abc"


def test_the_first_of_our_links_is_a_button_in_the_language_of_the_letter():
    english = html_of("1048: did we understand you?", f"Anna has read it.\n\nAnswer Y, or do it here: {LINK}.\n\nThe clock stands still.")
    assert f'<a class="btn" href="{LINK}">Open</a>' in english
    assert f'here: <a href="{LINK}">{LINK}</a>.' in english
    assert ">Открыть</a>" in html_of("1048: готова", f"Задача готова. Посмотреть:\n\n{LINK}")


def test_what_somebody_wrote_is_neither_markup_nor_a_link():
    page = html_of("<b>1</b>", f'<script>alert(1)</script> http://evil.test/x "{LINK}"\n\n{LINK}" onclick="x')
    assert "<script>" not in page and "<b>1</b>" not in page and 'onclick="' not in page.replace("&quot;", "")
    assert 'href="http://evil.test' not in page


def test_a_link_that_begins_like_another_stays_whole():
    page = html_of("1", f"{LINK} and {LINK}/more")
    assert f'<a href="{LINK}/more">{LINK}/more</a>' in page
