"""A call of the interface: one line of the table of routes, from which addresses and document are
made."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response

from service.core.ids import MAX_ID

# How the names in braces look in addresses; a number that no row can have is no address.
NUMBER = f"int(max={MAX_ID})"
CONVERTERS = {"task": NUMBER, "file": NUMBER, "inbound": NUMBER, "number": "string(maxlength=20)"}


@dataclass(frozen=True)
class Call:
    """`at` is method and address below /api/v1; `answer` the type of what comes back, None for
    bytes of type `media`."""

    at: str
    view: Callable[..., Response]
    answer: Any = None
    status: int = 200
    media: str = "application/json"
    form: bool = False

    @property
    def method(self) -> str:
        """GET, POST or PUT."""
        return self.at.partition(" ")[0]

    @property
    def address(self) -> str:
        """The address as people write it, `/tasks/{task}`."""
        return self.at.partition(" ")[2]

    @property
    def rule(self) -> str:
        """The address as Flask takes it."""
        return re.sub(r"\{(\w+)\}", lambda name: f"<{CONVERTERS[name[1]]}:{name[1]}>", self.address)

    @property
    def names(self) -> list[str]:
        """The names in the address."""
        return re.findall(r"\{(\w+)\}", self.address)
