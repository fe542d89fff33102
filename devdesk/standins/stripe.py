"""localstripe on loopback, with its state in a file of this instance: `python -m
devdesk.standins.stripe --port P --state FILE`.

As shipped it listens on every interface and stores its state in one file for the whole machine.
"""

from __future__ import annotations

import argparse
import logging
import os
import pickle
import socket
from pathlib import Path
from typing import Any

from aiohttp import web
from localstripe import resources, server
from localstripe.errors import UserError


class KeptStore(resources.Store):
    """localstripe's store in a file of its own, written beside and moved, so that a kill leaves a
    complete one."""

    path = Path("localstripe.pickle")

    def try_load_from_disk(self) -> None:
        """Load what was stored, where there is something."""
        if self.path.exists():
            self.update(pickle.loads(self.path.read_bytes()))  # noqa: S301 (our own file)

    def dump_to_disk(self) -> None:
        """Store everything."""
        beside = self.path.with_suffix(".part")
        beside.write_bytes(pickle.dumps(dict(self), protocol=pickle.HIGHEST_PROTOCOL))
        os.replace(beside, self.path)


def list_intents(
    cls: Any,
    url: str,
    customer: str | None = None,
    created: dict[str, str] | None = None,
    limit: str | None = None,
    starting_after: str | None = None,
) -> Any:
    """Return payment intents newest first, optionally of one customer and since a time, as Stripe's
    list does."""
    found = super(resources.PaymentIntent, cls)._api_list_all(
        url, limit=limit, starting_after=starting_after
    )
    if customer:
        resources.Customer._api_retrieve(customer)  # Stripe's 404 for one that does not exist
    unknown = set(created or {}) - {"gte"}
    if unknown:
        raise UserError(
            400,
            f"This stand-in filters by created[gte] alone, not by {', '.join(sorted(unknown))}.",
        )
    since = int((created or {}).get("gte", 0))
    found._list = sorted(
        (
            intent
            for intent in found._list
            if intent.created >= since and customer in (None, intent.customer)
        ),
        key=lambda intent: intent.created,
        reverse=True,
    )
    return found


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    arguments = parser.parse_args()
    KeptStore.path = arguments.state
    store = KeptStore()
    store.try_load_from_disk()
    resources.store = server.store = store
    resources.PaymentIntent._api_list_all = classmethod(list_intents)
    listener = socket.create_server(("127.0.0.1", arguments.port))
    print(f"ready http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    web.run_app(server.app, sock=listener, access_log=None, print=None)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    main()
