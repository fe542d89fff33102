"""What a screen reader reads of a page, in order: Chromium's own accessibility tree, told as
lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

# The words inside are said as the name of such a thing, or of what it is the label of, and not once
# more.
TOLD_BY_NAME = frozenset(
    (
        "link",
        "button",
        "heading",
        "option",
        "DisclosureTriangle",
        "DisclosureTriangleGrouped",
        "LabelText",
        "Legend",
        "caption",
        "term",
        "cell",
        "rowheader",
        "columnheader",
        "gridcell",
        "textbox",
        "searchbox",
        "spinbutton",
        "DateTime",
    )
)
SILENT = frozenset(
    (
        "none",
        "generic",
        "RootWebArea",
        "InlineTextBox",
        "LineBreak",
        "LabelText",
        "Legend",
        "caption",
        "MenuListPopup",
    )
)
STATES = (
    "checked",
    "pressed",
    "expanded",
    "selected",
    "required",
    "invalid",
    "disabled",
    "readonly",
    "live",
    "keyshortcuts",
)


@dataclass(frozen=True)
class Said:
    """One thing that is said: its role, its name, the level of a heading, its states, what
    describes it, its value, and in which language.

    `depth` is how deep it lies in what is said, `node` its node in the page.
    """

    role: str
    name: str
    level: int
    states: tuple[str, ...]
    about: str
    value: str
    lang: str
    depth: int
    node: int

    def __str__(self) -> str:
        more = ", ".join(
            [f"level {self.level}"] * bool(self.level)
            + list(self.states)
            + [f"value {self.value}"] * bool(self.value)
        )
        what = "" if self.role == "StaticText" else f"{self.role} "
        return (
            f"{'  ' * self.depth}{what}“{self.name}”"
            f"{f' [{more}]' * bool(more)}{f' ({self.about})' * bool(self.about)}"
            f" {self.lang}"
        )


def read(page: Page) -> list[Said]:
    """Everything that is said of a page, in the order in which it is said; what is hidden is left
    out."""
    session = page.context.new_cdp_session(page)
    marks = dict(_marks(session.send("DOM.getDocument", {"depth": -1})["root"], ""))
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return list(_walk({node["nodeId"]: node for node in nodes}, nodes[0], marks, 0, False))


def _marks(node: dict[str, Any], lang: str) -> Iterator[tuple[int, tuple[str, str]]]:
    """For each node of the page the language it stands in, and whether it is marked as the current
    one of its kind."""
    pairs = node.get("attributes", [])
    attributes = dict(zip(pairs[::2], pairs[1::2], strict=True))
    lang = attributes.get("lang", lang)
    yield node["backendNodeId"], (lang, attributes.get("aria-current", ""))
    for child in node.get("children", ()):
        yield from _marks(child, lang)


def _walk(
    by_id: dict[str, Any],
    node: dict[str, Any],
    marks: dict[int, tuple[str, str]],
    depth: int,
    told: bool,
) -> Iterator[Said]:
    role, heard = _value(node, "role"), not node.get("ignored")
    said = (
        heard
        and role not in SILENT
        and not (told and role == "StaticText")
        and bool(role != "StaticText" or _value(node, "name"))
    )
    if said:
        yield _said(node, role, marks, depth)
    told = told or (heard and role in TOLD_BY_NAME)
    for child in node.get("childIds", ()):
        if child in by_id:
            yield from _walk(by_id, by_id[child], marks, depth + said, told)


def _said(node: dict[str, Any], role: str, marks: dict[int, tuple[str, str]], depth: int) -> Said:
    facts = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
    place = node.get("backendDOMNodeId", 0)
    lang, current = marks.get(place, ("", ""))
    states = [
        name if facts[name] in (True, "true") else f"{name} {facts[name]}"
        for name in STATES
        if _tells(name, facts.get(name))
    ]
    return Said(
        role,
        _value(node, "name"),
        int(facts.get("level") or 0) if role == "heading" else 0,
        (*states, *([f"current {current}"] if current else [])),
        _value(node, "description"),
        _value(node, "value"),
        lang,
        depth,
        place,
    )


def _tells(name: str, value: object) -> bool:
    """Whether a state is worth a word: what can be unfolded, pressed or chosen says also that it is
    not."""
    if name in ("checked", "expanded", "pressed"):
        return value is not None
    return value not in (None, False, "false", "", "off")


def _value(node: dict[str, Any], name: str) -> str:
    return str(node.get(name, {}).get("value", "")).strip()
