"""Rules over the whole program: words, settings, files, templates."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from service.core.config import Settings
from service.tasks import states
from service.web import words

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_kind_of_event_has_its_words():
    assert set(states.TRANSITIONS) | set(states.OTHER_KINDS) <= set(words.EVENTS)


def test_every_state_has_a_name_and_a_place_among_the_steps():
    named = {
        state
        for move in states.TRANSITIONS.values()
        for state in (*move.sources, move.target)
        if state
    }
    assert named == set(states.STATE_NAMES) == set(states.CLIENT_STATE_NAMES) == set(words.STEP_OF)


def test_every_setting_stands_in_the_docs():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`{name.upper()}`" not in text] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("DATABASE_URL", "mysql://x"),
        ("REDIS_URL", "http://x"),
        ("OUTBOUND", "maybe"),
        ("QUIET_TO", "24"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_a_sentence_that_names_it(monkeypatch, name, value):
    from service.core.config import WrongSetting, read

    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSetting, match=name):
        read()


def test_vendored_files_are_untouched():
    listed = tomllib.loads((ROOT / "static" / "vendor" / "list.toml").read_text())
    for package in listed["package"]:
        for file in package["file"]:
            assert (
                hashlib.sha256((ROOT / "static" / "vendor" / file["path"]).read_bytes()).hexdigest()
                == file["sha256"]
            ), file["path"]


def test_templates_have_no_inline_script_or_style():
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*src=)|\son\w+=|\sstyle=|<style", text), path.name


def test_templates_have_no_bare_words():
    """Whatever people read goes through gettext; what is left are names and signs."""
    allowed = {
        "Poruchi",
        "English",
        "Русский",
        "По-русски",
        "REST",
        "openapi.json",
        "EUR",
        "USD",
        "RUB",
        "Enter",
        "Ctrl",
        "Esc",
        "T",
        "B",
        "Q",
        "D",
        "O",
        "X",
        "aria-invalid",
        "aria-describedby",
        "oops",
        "true",
    }
    for path in (ROOT / "templates").rglob("*.html"):
        text = re.sub(
            r"{% block (width|kind|grid|follows|address|skip) -?%}.*?{%-? endblock %}",
            " ",
            path.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        text = re.sub(
            r"<(code|pre)\b.*?</\1>", " ", text, flags=re.DOTALL
        )  # what a program says has no language
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]*>|&\w+;", " ", text, flags=re.DOTALL)
        bare = set(re.findall(r"[A-Za-zА-Яа-я][A-Za-zА-Яа-я.\-]+", text)) - allowed
        assert not bare, (path.name, bare)


def test_no_file_names_a_registry_or_this_machine():
    for path in [*ROOT.glob("requirements*"), ROOT / "Makefile", ROOT / "README.md"]:
        assert not re.search(
            r"https?://(?!127\.0\.0\.1|localhost|desk\.|www\.w3)[a-z]+"
            r"\.(org|io|com)/simple|/(?:ro{2}t|home)/",
            path.read_text(encoding="utf-8"),
        ), path.name
