"""What somebody typed and did not send, and the filters they keep: their own alone, and bounded."""

from __future__ import annotations

import pytest

from service.core import drafts


@pytest.fixture
def reader(world, client):
    return world.sign_in(client, world.client())


@pytest.fixture
def colleague(world, app):
    return world.sign_in(app.test_client(), world.client())


def kept(browser):
    return {key: draft["text"] for key, draft in browser.get("/drafts").json.items()}


def keep(browser, key, words):
    return browser.post("/drafts", data={"key": key, "text": words}).status_code


def test_a_draft_is_kept_written_over_and_forgotten_by_its_writer_alone(reader, colleague):
    assert (
        keep(reader, "retell-1", "They want") == 204
        and keep(reader, "retell-1", "They want tea") == 204
    )
    assert kept(reader) == {"retell-1": "They want tea"} and kept(colleague) == {}
    assert keep(colleague, "retell-1", "") == 204 and kept(reader) == {"retell-1": "They want tea"}
    assert keep(reader, "retell-1", " ") == 204 and kept(reader) == {}


def test_too_long_a_draft_or_key_is_refused_and_loses_nothing(reader):
    keep(reader, "note-1", "short")
    assert (
        keep(reader, "note-1", "x" * (drafts.MAX_TEXT + 1)) == 422
        and keep(reader, "k" * 61, "words") == 422
    )
    assert keep(reader, "", "words") == 422
    assert kept(reader) == {"note-1": "short"}


def test_beyond_the_most_the_oldest_goes_and_writing_on_costs_none(reader, monkeypatch):
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 3)
    for number in range(3):
        keep(reader, f"note-{number}", "words")
    keep(reader, "note-2", "more words")
    assert set(kept(reader)) == {"note-0", "note-1", "note-2"}
    keep(reader, "note-3", "words")
    assert set(kept(reader)) == {"note-1", "note-2", "note-3"}


def test_a_filter_of_the_board_is_kept_and_ended_by_its_owner_alone(world, app):
    mine, other = (world.sign_in(app.test_client(), world.staff("operator")) for _who in range(2))
    saved = mine.post(
        "/filters", data={"path": "/desk/board", "query": "?state=late", "name": "Mine to come"}
    )
    assert (saved.status_code, saved.headers["Location"]) == (303, "/desk/board?state=late")
    page = mine.get("/desk/board").text
    assert "Mine to come" in page and "Mine to come" not in other.get("/desk/board").text
    number = page.split("/filters/", 1)[1].split("/end", 1)[0]
    other.post(f"/filters/{number}/end", data={"path": "/desk/board"})
    assert "Mine to come" in mine.get("/desk/board").text
    assert (
        mine.post(f"/filters/{number}/end", data={"path": "/desk/board"}).headers["Location"]
        == "/desk/board"
    )
    assert "Mine to come" not in mine.get("/desk/board").text


@pytest.mark.parametrize(
    "path",
    ["https://elsewhere.example/", "//elsewhere.example/app/", "/app//elsewhere.example", "/login"],
)
def test_a_filter_leads_to_no_other_place(reader, path):
    assert (
        reader.post("/filters", data={"path": path, "query": "", "name": "Out"}).status_code == 422
    )
    assert reader.post("/filters/1/end", data={"path": path}).headers["Location"] == "/"


def test_no_more_than_twenty_filters_for_a_page(reader):
    answers = [
        reader.post(
            "/filters", data={"path": "/app/x/tasks", "query": "", "name": f"f{number}"}
        ).status_code
        for number in range(21)
    ]
    assert answers == [303] * 20 + [429]
