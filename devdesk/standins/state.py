"""The parts of one running stand-in, for its routes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from flask import current_app

from devdesk.standins.callbacks import Callbacks, Pace
from devdesk.standins.contract import Operation
from devdesk.standins.messages import Messages

log = logging.getLogger(__name__)
NAME = "standin"


@dataclass
class Standin:
    """The account it stands for, its storage, its callback flow, and its contract."""

    account: str
    token: str
    webhook_url: str | None
    pace: Pace
    operations: Mapping[str, Operation]
    messages: Messages
    callbacks: Callbacks
    contract_failures: int = 0
    _counting: Lock = field(default_factory=Lock)

    def count_failure(self, operation: str, reason: str) -> None:
        """Log and count a response of ours that violates the contract."""
        with self._counting:
            self.contract_failures += 1
        log.critical("CONTRACT BROKEN by our own answer to %s: %s", operation, reason)

    def close(self) -> None:
        """Stop the callbacks, then close the file."""
        self.callbacks.stop()
        self.messages.close()


def standin() -> Standin:
    """Return the stand-in of the current request."""
    here: Standin = current_app.extensions[NAME]
    return here
