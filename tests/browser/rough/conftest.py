"""A desk of its own: what is spoilt here is spoilt for nobody else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.rough.work import Work
from tests.pages import WIDE, Readers, found
from tests.running_desk import RunningDesk


@pytest.fixture(scope="package")
def desk():
    running = RunningDesk(demo=True)
    running.start(300)
    running.run_as_system("update staff set held_limit = 90")
    yield running
    running.stop()


@pytest.fixture(scope="package")
def gaps(desk):
    return found(desk)


@pytest.fixture(scope="package")
def readers(desk, browser):
    return Readers(browser, desk, reduced_motion="reduce")


@pytest.fixture(scope="package")
def windows(readers):
    """One window for each reader, kept for the whole file."""
    opened: dict[str, Page] = {}

    def window(reader: str, width: int = WIDE) -> Page:
        if reader not in opened:
            opened[reader] = readers.window(reader)
        opened[reader].set_viewport_size({"width": width, "height": 900})
        return opened[reader]

    yield window
    for page in opened.values():
        page.context.close()


@pytest.fixture(scope="package")
def work(desk):
    return Work(desk)
