"""Templates, style sheets and scripts of ours stay readable as source: `python
tests/source_lines.py` names what does not.

No line is over 120 characters, those of messages included. In templates an opening tag with
attributes starts its line, which service/core/whitespace.py makes possible everywhere. In style
sheets a line ends with its declaration. In scripts no string between backticks runs over a line's
end, because indentation is taken out when they are served.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 120
KINDS = (
    "templates/**/*.html",
    "devdesk/templates/**/*.html",
    "service/channels/email/*.html",
    "service/messages/templates/*/*.txt",
    "service/messages/templates/*/*.toml",
    "service/billing/*.typ",
    "static/css/*.css",
    "static/js/*.js",
)
MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
TAG_LATE = re.compile(r"\S.*<[a-z][a-z0-9]*(?![a-z0-9]|\s*/?>)")
CSS_QUIET = re.compile(r"/\*.*?\*/|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'", re.DOTALL)
GOES_ON = re.compile(r"[{;}]\s*[^\s}]|[^\s}].*\}")


def faults() -> Iterator[str]:
    """Each as `file:line: what`."""
    for kind in KINDS:
        for path in sorted(ROOT.glob(kind)):
            for number, what in of(path.suffix, path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(ROOT)}:{number}: {what}"


def of(suffix: str, text: str) -> Iterator[tuple[int, str]]:
    """The faults of one file by its kind: number of the line, and what is wrong there."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST:
            yield number, f"{len(line)} characters"
    if suffix in CHECKS:
        yield from CHECKS[suffix](text)


def _tags(text: str) -> Iterator[tuple[int, str]]:
    plain = MARK.sub(lambda mark: _blank(mark, "¤"), text)
    for number, line in enumerate(plain.splitlines(), 1):
        if TAG_LATE.search(line):
            yield number, "a tag with attributes does not start its line"


def _declarations(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(CSS_QUIET.sub(_blank, text).splitlines(), 1):
        if GOES_ON.search(line.strip()):
            yield number, "more than one declaration, or a rule on one line"


def _backticks(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.count("`") % 2:
            yield number, "a string between backticks runs over the line's end"


CHECKS = {".html": _tags, ".css": _declarations, ".js": _backticks}


def _blank(found: re.Match[str], instead: str = "") -> str:
    """As many lines, and nothing that could be read as a tag, a brace or a semicolon."""
    return instead + "\n" * found[0].count("\n")


def main() -> int:
    """Print them; 1 where there are any."""
    found = list(faults())
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
