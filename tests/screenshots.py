"""Screenshots of every page in both languages, at the width of a desktop and a phone, light and
dark: `python -m tests.screenshots`.

`python -m tests.screenshots --pseudo` uses text that is 40 % longer instead and lists what such
text would cut off. Names of pages as arguments limit it to those. Mails are included as
`mail-NAME`, at a window's and a phone's width (`mails` for them alone); the application is not
started where only mails are named.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.letters import samples
from tests.pages import FLAGS, PHONE, READERS, WIDE, Readers, Shown, found, of
from tests.running_desk import RunningDesk

FOLDER = Path("var/screenshots")
# Text that does not fit where nothing says that it may be cut, scrolled or folded away.
CUT = """() => [...document.querySelectorAll('body *')].filter(one => {
  const style = getComputedStyle(one);
  return one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 1 && style.display !== 'inline'
    && one.checkVisibility()
    && !one.closest('svg, .vh, [aria-hidden=true], .wide-table, nav, pre') &&
      style.textOverflow !== 'ellipsis' && !/auto|scroll/.test(style.overflowX)
    && ![...one.children].some(inner => inner.scrollWidth > inner.clientWidth + 1 &&
      inner.clientWidth > 1);
}).map(one => one.tagName.toLowerCase()
  + (one.className && one.className.trim ? '.' + one.className.trim().replace(/\\s+/g, '.') : '')
  + ': '
  + (one.innerText || '').trim().slice(0, 60).replace(/\\n/g, ' '))"""


def main(words: list[str]) -> None:
    """Show them all, or those that are named."""
    pseudo, words = "--pseudo" in words, [word for word in words if word != "--pseudo"]
    if words and all(word.startswith("mail") for word in words):
        return _show_mails(words)
    desk = RunningDesk(demo=True, more={"PSEUDO_LANGUAGE": "on"} if pseudo else {})
    try:
        desk.start()
        _show(desk, words, ("xx",) if pseudo else ("en", "ru"), pseudo)
        if not words and not pseudo:
            _show_mails(words)
    finally:
        desk.stop()


def _show(desk: RunningDesk, names: list[str], languages: tuple[str, ...], pseudo: bool) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    gaps, cut = found(desk), set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for language in languages:
            desk.run_as_system(
                "update person set language = %s", "ru" if language == "ru" else "en"
            )
            readers = Readers(browser, desk, locale="ru" if language == "ru" else "en")
            for reader in READERS:
                pages = [page for page in of(reader) if not names or page.name in names]
                for width in (WIDE, PHONE) if pages else ():
                    window = readers.window(reader, width)
                    for page in pages:
                        _take(
                            window,
                            desk.url + page.path.format(**gaps),
                            page,
                            f"{language}-{width}",
                            dark=not pseudo,
                        )
                        if pseudo:
                            cut |= {f"{page.name} {width} {one}" for one in window.evaluate(CUT)}
                    window.context.close()
        browser.close()
    print("\n".join(sorted(cut)) or f"{len(list(FOLDER.iterdir()))} pictures in {FOLDER}")


def _show_mails(names: list[str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for width in (600, PHONE):
            window = browser.new_page(viewport={"width": width, "height": 400})
            for template, language, _plain, page in samples():
                if not {"mails", f"mail-{template}"}.isdisjoint(names or ["mails"]):
                    _take_mail(window, page, f"mail-{template}-{language}-{width}")
        browser.close()


def _take_mail(window: Page, page: str, name: str) -> None:
    window.set_content(page)
    for theme in ("light", "dark"):
        window.emulate_media(color_scheme=theme)
        window.screenshot(path=FOLDER / f"{name}-{theme}.png", full_page=True)


def _take(window: Page, address: str, page: Shown, kind: str, dark: bool) -> None:
    window.emulate_media(color_scheme="light", reduced_motion="reduce")
    window.goto(address)
    for theme in ("light", "dark") if dark else ("light",):
        window.emulate_media(color_scheme=theme, reduced_motion="reduce")
        window.wait_for_timeout(60)
        window.screenshot(path=FOLDER / f"{page.name}-{kind}-{theme}.png", full_page=True)


if __name__ == "__main__":
    main(sys.argv[1:])
