"""The language for development: longer, with its gaps kept, and never off loopback."""

from __future__ import annotations

import pytest

from devdesk.pseudo import lengthen
from service.core.config import Settings


def test_a_string_is_two_fifths_longer_and_keeps_its_gaps():
    longer = lengthen("Confirm for %(price)s, 80 %% at least")
    assert "%(price)s" in longer and "%%" in longer
    assert len(longer) >= 1.25 * len("Confirm for %(price)s, 80 %% at least")
    assert len(lengthen("Raw")) > 3


@pytest.mark.parametrize("where", [{"bind": "0.0.0.0"}, {"public_url": "https://desk.example"}])
def test_it_is_refused_where_others_would_see_it(where):
    with pytest.raises(ValueError, match="loopback only"):
        Settings(
            _env_file=None, pseudo_language="on", **{"bind": "127.0.0.1", "public_url": "", **where}
        )
