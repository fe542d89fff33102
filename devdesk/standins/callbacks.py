"""Signed POSTs to the application: what Twilio sends when a message changes its status or comes in.

Only loopback is ever called: a test instance must not reach anybody.
"""

from __future__ import annotations

import base64
import fcntl
import hmac
import logging
import os
import threading
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from os import PathLike
from typing import IO
from urllib.parse import SplitResult, urlencode, urlsplit

from devdesk.standins.messages import Message, Messages, Step
from devdesk.standins.resources import API_VERSION

log = logging.getLogger(__name__)

ANSWER_LIMIT = 65_536  # bytes; Twilio reads no more of TwiML
POSTERS = 8
IDLE, BUSY = 1.0, 0.05  # seconds between two looks for due steps, without and with active flows


@dataclass(frozen=True)
class Pace:
    """The timing of the stand-in, in seconds; a failed callback is tried again after each wait in
    turn."""

    sent_after: float = 0.1
    delivered_after: float = 0.2
    callback_waits: tuple[float, ...] = (0.5, 1.0)
    callback_timeout: float = 5.0
    webhook_timeout: float = 15.0


@dataclass(frozen=True)
class Answer:
    """The application's response to a POST."""

    status: int
    body: str

    @property
    def good(self) -> bool:
        """Return whether Twilio would count it as success."""
        return 200 <= self.status < 300


class NotLoopback(Exception):
    """The address leads, or may lead, away from this machine."""


def signature(url: str, fields: Mapping[str, str], token: str) -> str:
    """Return X-Twilio-Signature: HMAC-SHA1 by the auth token over the URL and the fields sorted by
    name."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()


def post(url: str, fields: Mapping[str, str], token: str, timeout: float) -> Answer:
    """POST a signed form, following no redirect; `timeout` in seconds, for each wait on the socket.

    Raises NotLoopback, OSError (TimeoutError among them) or HTTPException.
    """
    parts = urlsplit(url)
    connection = HTTPConnection(_loopback(parts), parts.port or 80, timeout=timeout)
    try:
        connection.request(
            "POST", _target(parts), urlencode(fields), _headers(url, parts, fields, token)
        )
        response = connection.getresponse()
        return Answer(response.status, response.read(ANSWER_LIMIT).decode("utf-8", "replace"))
    finally:
        connection.close()


def _loopback(parts: SplitResult) -> str:
    """Return the address to connect to; names other than localhost are refused instead of looked
    up."""
    host = parts.hostname or ""
    if parts.scheme != "http":
        raise NotLoopback(f"only plain http on loopback is called, not {parts.scheme}://{host}")
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    try:
        if ip_address(host).is_loopback:
            return host
    except ValueError:
        pass
    raise NotLoopback(f"{host} is not a loopback address")


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers(url: str, parts: SplitResult, fields: Mapping[str, str], token: str) -> dict[str, str]:
    return {
        "Host": parts.netloc.rpartition("@")[2],
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        "X-Twilio-Signature": signature(url, fields, token),
    }


def status_fields(message: Message, account: str) -> dict[str, str]:
    """Return the form of a status callback."""
    fields = {
        "AccountSid": account,
        "ApiVersion": API_VERSION,
        "From": message.sender or "",
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "To": message.recipient,
    }
    return fields | ({"MessagingServiceSid": message.service} if message.service else {})


class Callbacks:
    """The background flow of sent messages: sent, then delivered, each reported to the message's
    StatusCallback.

    Due steps are stored in the file, so the flow continues after a restart; a callback may then
    come twice, but is never left out. Of several processes on one file only the one that has the
    lock beside it works.
    """

    def __init__(
        self,
        messages: Messages,
        state_path: str | PathLike[str],
        account: str,
        token: str,
        pace: Pace,
    ) -> None:
        self._messages, self._account, self._token, self._pace = messages, account, token, pace
        self._lock_path = os.fspath(state_path) + ".lock"
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._under_way: set[int] = set()
        self._posters = ThreadPoolExecutor(POSTERS, thread_name_prefix="callback")
        self._thread = threading.Thread(target=self._run, name="callbacks", daemon=True)

    @property
    def first(self) -> tuple[str, float]:
        """Return the first step of a message's flow: status, and seconds until then."""
        return "sent", self._pace.sent_after

    def start(self) -> None:
        """Start the background thread."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once, because a new message was stored."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread after the callbacks in progress; what is not done stays in the file."""
        self._stopped.set()
        self._wake.set()
        self._thread.join()
        self._posters.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        with open(self._lock_path, "w", encoding="ascii") as lock:
            while not self._stopped.is_set() and not _locked(lock):
                self._stopped.wait(IDLE)
            while not self._stopped.is_set():
                self._look()

    def _look(self) -> None:
        self._wake.clear()
        try:
            self._begin_due()
            busy = self._messages.has_steps()
        except Exception:
            log.exception("looking for due callbacks failed; trying again in %s s", IDLE)
            busy = False
        if busy:
            self._stopped.wait(BUSY)
        else:
            self._wake.wait(IDLE)

    def _begin_due(self) -> None:
        """Pass due steps to the posting threads; a step in progress is not started again.

        Steps in progress are noted before the look, or a step that ends in between would be started
        twice.
        """
        under_way = set(self._under_way)
        for step in self._messages.due(4 * POSTERS + len(under_way)):
            if step.message not in under_way:
                self._under_way.add(step.message)
                self._posters.submit(self._work, step)

    def _work(self, step: Step) -> None:
        try:
            self._take(step)
        except Exception:
            log.exception(
                "step %s of message row %d failed; it is tried again", step.status, step.message
            )
            self._messages.again(step, IDLE)
        finally:
            self._under_way.discard(step.message)

    def _take(self, step: Step) -> None:
        message = self._messages.reach(step)
        if self._told(message) or step.tries >= len(self._pace.callback_waits):
            following = ("delivered", self._pace.delivered_after) if step.status == "sent" else None
            self._messages.go_on(step, following)
        else:
            self._messages.again(step, self._pace.callback_waits[step.tries])

    def _told(self, message: Message) -> bool:
        """Return whether nothing more is to be reported: no callback wanted, accepted with 2xx, or
        never to be called."""
        if message.callback is None:
            return True
        try:
            fields = status_fields(message, self._account)
            answer = post(message.callback, fields, self._token, self._pace.callback_timeout)
        except NotLoopback as error:
            log.warning("status callback of %s refused: %s", message.sid, error)
            return True
        except (OSError, HTTPException, ValueError) as error:
            log.warning("status callback of %s failed: %s", message.sid, error)
            return False
        if not answer.good:
            log.warning("status callback of %s was answered with %d", message.sid, answer.status)
        return answer.good


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
