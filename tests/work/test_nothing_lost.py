"""300 messages through three channels, each delivered twice, while everything is killed with -9 at
random."""

from __future__ import annotations

import pytest

from tests.soak import soak


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_happens_twice():
    result = soak(300, pause=0.8, spread=12)
    assert sum(result.kills.values()) >= 5, result.kills
    assert result.kills["postgres"] == 1 and result.kills["flush"] == 1
    assert (result.tasks, result.doubled) == (300, 0)
    assert result.leftovers == 0
    assert set(result.acknowledgements.values()) == {1}
    # What could be sent twice is never guessed: at most a few texts wait for a person, and none is
    # missing without a trace.
    assert 300 - len(result.acknowledgements) <= result.needing
    assert result.charges == 0
