#!/usr/bin/env python
"""Debian's Firefox for Playwright. It lasts a year and so is older than what Playwright asks of it:
a page opens only if every emulation can be set. As a program this starts Firefox and stands
between the two; what cannot be set counts as left alone."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import TYPE_CHECKING

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

FIREFOX = Path("/usr/bin/firefox-esr")
# It asks nobody whether it is online, up to date or safe; whatever asks all the same is led to a
# port where nobody answers.
NOWHERE = {
    "network.proxy.type": 1,
    "network.proxy.allow_bypass": False,
    "network.proxy.failover_direct": False,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}
OFF = (
    "app.normandy.enabled",
    "app.update.enabled",
    "browser.region.update.enabled",
    "browser.safebrowsing.malware.enabled",
    "browser.safebrowsing.phishing.enabled",
    "browser.search.update",
    "datareporting.policy.dataSubmissionEnabled",
    "dom.push.connection.enabled",
    "extensions.getAddons.cache.enabled",
    "extensions.update.enabled",
    "network.captive-portal-service.enabled",
    "network.connectivity-service.enabled",
    "toolkit.telemetry.enabled",
)
ALL = {"max_size": None, "compression": None}


def launch(playwright: Playwright) -> Browser:
    """Firefox, with this file in between; `env` in its first line finds the Python that runs the
    tests."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=__file__,
        env={**os.environ, "PATH": path},
        firefox_user_prefs={**NOWHERE, **dict.fromkeys(OFF, False)},
    )


def understood(answer: str) -> str:
    """The answer, or that it is done where this Firefox does not know an emulation."""
    said = json.loads(answer)
    if said.get("error") == "unknown command" and "emulation." in said["message"]:
        return json.dumps({"type": "success", "id": said["id"], "result": {}})
    return answer


async def between(asking, address):
    """What Playwright asks goes to Firefox, and back what Firefox answers, until one of them
    leaves."""
    async with connect(address + asking.request.path, proxy=None, **ALL) as firefox:

        async def there():
            async for question in asking:
                await firefox.send(question)

        async def back():
            async for answer in firefox:
                await asking.send(understood(answer))

        await asyncio.wait(
            [asyncio.create_task(there()), asyncio.create_task(back())],
            return_when=asyncio.FIRST_COMPLETED,
        )


async def address_of(firefox) -> str:
    """Where Firefox listens, from what it prints."""
    async for line in firefox.stderr:
        if found := re.search(rb"BiDi listening on (ws://\S+)", line):
            return found[1].decode()
    raise SystemExit("Firefox did not start")


async def main(*words: str) -> int:
    """Run Firefox to its end; Playwright reads from what is printed where to connect."""
    firefox = await asyncio.create_subprocess_exec(FIREFOX, *words, stderr=PIPE)
    address = await address_of(firefox)
    async with serve(lambda asking: between(asking, address), "127.0.0.1", 0, **ALL) as server:
        print(
            f"WebDriver BiDi listening on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}",
            file=sys.stderr,
            flush=True,
        )
        async for _line in firefox.stderr:
            pass
    return await firefox.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
