"""What a stream that opens now has missed since its page was made."""

from __future__ import annotations

import time
from dataclasses import replace

from service.core.live_updates import MAX_REMEMBERED, Change, Hub, Viewer

MOVED = Change(
    task=7,
    company=1,
    person=2,
    private=False,
    holder=3,
    was=None,
    state="assigned",
    category="research",
)


def test_a_stream_that_opens_after_a_change_learns_of_it_where_it_concerns_its_page():
    hub, made = Hub(), time.time() - 0.01
    hub.pass_on(MOVED)
    assert hub.missed(Viewer(2, company=1), made)
    assert hub.missed(Viewer(2, company=1, task=7), made)
    assert not hub.missed(Viewer(2, company=1, task=8), made)
    assert not hub.missed(Viewer(2, company=9), made)
    assert not hub.missed(Viewer(2, company=1), time.time() + 0.01)


def test_who_looks_at_a_task_is_no_change_and_not_more_than_so_much_is_remembered():
    hub, made = Hub(), time.time() - 0.01
    hub.pass_on(replace(MOVED, what="here"))
    assert not hub.missed(Viewer(2, company=1, task=7), made)
    for n in range(MAX_REMEMBERED + 1):
        hub.pass_on(replace(MOVED, task=n))
    assert len(hub.lately) == MAX_REMEMBERED
