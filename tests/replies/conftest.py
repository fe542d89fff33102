"""Who speaks with whom in these tests."""

from __future__ import annotations

import pytest


@pytest.fixture
def pair(world):
    return world.client(channel="sms"), world.staff()
