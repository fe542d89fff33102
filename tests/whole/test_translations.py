"""The interface is whole in Russian: nothing missing, every fact in its place."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages import extract, pofile

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOG = ROOT / "service" / "translations" / "ru" / "LC_MESSAGES" / "messages.po"
METHODS = [
    ("service/**.py", "python"),
    ("tenants/**.py", "python"),
    ("templates/**.html", "jinja2"),
]


def strings():
    """Every string of the program that goes through gettext."""
    found = extract.extract_from_dir(
        str(ROOT), METHODS, keywords={**extract.DEFAULT_KEYWORDS, "_l": None, "_lp": ((1, "c"), 2)}
    )
    return {message for _file, _line, message, _comments, _context in found}


def facts(text):
    return sorted(re.findall(r"%\(\w+\)s|%%", text))


def test_no_string_is_missing_and_every_fact_is_kept():
    with CATALOG.open("rb") as file:
        catalog = pofile.read_po(file)
    known = {message.id: message.string for message in catalog if message.id}
    missing = [
        one
        for one in strings()
        if one not in known
        or not all(known[one] if isinstance(known[one], tuple) else [known[one]])
    ]
    assert missing == []
    for source, translation in known.items():
        if isinstance(source, str):
            assert facts(source) == facts(translation), source
        else:
            assert all(facts(one) == facts(source[1]) for one in translation), source


def test_a_page_is_in_the_language_that_is_asked_for(client):
    assert "Поручите" in client.get("/?lang=ru").get_data(as_text=True)
    assert "Hand it over" in client.get("/?lang=en").get_data(as_text=True)
