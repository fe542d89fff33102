"""Values that no column could take, in every field of every form: never a fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.billing import stripe_edge
from tests.whole.test_routes import address, allowed, cast, mark_of, routes  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent.parent
FIELD = re.compile(
    r"""(?:form\.get|getlist|words|whole|money|moment|decimal|lines)\(\s*["']([a-z_\-]+)["']"""
)
ODD = {"nul": "a\x00b", "long": "x" * 5000, "number": "9" * 40, "moment": "9999-12-31T23:59"}


def fields():
    """Every name that a page of ours reads from a form."""
    return sorted(
        {
            name
            for path in (ROOT / "service" / "web").rglob("*.py")
            for name in FIELD.findall(path.read_text(encoding="utf-8"))
        }
    )


@pytest.mark.parametrize("odd", ODD)
def test_no_form_falls_over_an_odd_value(application, cast, monkeypatch, odd):  # noqa: F811
    monkeypatch.setattr(
        stripe_edge, "set_up", lambda: "seti_1_secret_1"
    )  # no vendor is called here
    browsers, facts = cast
    form, faults = dict.fromkeys(fields(), ODD[odd]), []
    for rule, method in routes(application):
        mark = mark_of(application, rule)
        if method != "POST" or mark.startswith("api:") or rule.endpoint in ("account.logout",):
            continue
        for role in sorted(allowed(mark))[:1]:
            answer = browsers[role].post(address(rule, facts), data=form)
            if answer.status_code >= 500:
                faults.append((role, rule.rule, answer.status_code))
    assert faults == []


@pytest.mark.parametrize("odd", ODD)
def test_no_address_falls_over_an_odd_value(application, cast, odd):  # noqa: F811
    browsers, facts = cast
    query, faults = (
        dict.fromkeys(
            (
                "after",
                "before",
                "q",
                "state",
                "task",
                "message",
                "out",
                "in",
                "event",
                "category",
                "of",
            ),
            ODD[odd],
        ),
        [],
    )
    for rule, method in routes(application):
        mark = mark_of(application, rule)
        if (
            method != "GET"
            or mark.startswith("api:")
            or rule.rule == "/live"
            or rule.endpoint == "account.logout"
            or rule.rule == "/readyz"  # 503 tells of work that other tests left undone
        ):
            continue
        for role in sorted(allowed(mark))[:1]:
            answer = browsers[role].get(address(rule, facts), query_string=query)
            if answer.status_code >= 500:
                faults.append((role, rule.rule, answer.status_code))
            answer.close()
    assert faults == []
