"""Channels: the ways in which somebody writes to the service and is written to. A table that each
channel's folder fills; nobody else compares a channel's code.

A channel is a folder in `service/channels/` and one line in `service/channels/installed.py`. Its
class says by attributes how the channel is, and by methods what it does; what it does not say
stands below as the rule. Rows are not typed here, because their tables lie above this package.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NewType

from service.core.event_handlers import QUEUES
from tenants import addresses

ChannelCode = NewType("ChannelCode", str)
Check = Callable[[], str]


class RecipientGone(Exception):
    """There is nobody any more at this address; the text says why. An operator has nothing to
    do."""


class UnknownEnd(Exception):
    """The vendor has the whole message, and what it made of it is not known. The text says why, for
    people."""


@dataclass(frozen=True)
class Limits:
    """How many characters fit: what an operator writes back, all options of a question (None: any),
    and the words of a delivery."""

    reply: int = 10_000
    options: int | None = None
    delivery: int = 20_000


@dataclass(frozen=True)
class Reference:
    """The task, the person and the company of the message of ours that is answered, and that
    message where it is named."""

    task_id: int
    person_id: int
    company_id: int
    message_id: int | None = None


@dataclass
class ParsedMessage:
    """A stored message, read.

    `answer` are the words without what was quoted. `automatic`: whether a machine wrote it, which
    is certain or perhaps so. `bulk` came as lists send it. `unread`: the headers alone could be
    read. `about`: what it answers. `files` have a name, a type and content; `media` is how many
    more are to be fetched. `answerable`: an unknown sender may be answered. `company`: the short
    name of the company it was sent to. `waits`: why a person has to look at it, whoever wrote it.
    `source` is for `Channel.authenticate`.
    """

    text: str
    sender: str
    subject: str = ""
    answer: str = ""
    automatic: Literal["", "perhaps", "certain"] = ""
    bulk: bool = False
    unread: bool = False
    about: Reference | None = None
    files: list[Any] = field(default_factory=list)
    media: int = 0
    answerable: bool = False
    company: str = ""
    waits: str = ""
    source: Any = None


@dataclass(frozen=True)
class Draft:
    """What a message is rendered of: its template and the facts in it, and whom it tells about
    which task (rows, or None)."""

    name: str
    language: str
    template: Any
    facts: defaultdict[str, Any]
    task: Any
    person: Any


@dataclass(frozen=True)
class Rendered:
    """A message's words, and what else its channel needs to send it, as JSON can hold it."""

    text: str
    facts: dict[str, Any] = field(default_factory=dict)


class Channel:
    """One channel."""

    code: ChannelCode
    # In a sentence, after "handed over" and "goes out": "by SMS".
    label: Any
    icon = "globe"
    # The kind of `address` that people are reached at; None where they have none here.
    address_kind: str | None = None
    # The queue that its messages go out by; "" for a channel that sends nothing.
    queue = ""
    # Whether something comes in by it, and whether that is a form, which makes a task at once.
    comes_in, is_form = True, False
    # Whether it takes what another channel cannot carry; exactly one does.
    is_fallback = False
    # Whether people write one short message after the other: commands, letters, reactions.
    is_chat = False
    # Whether nothing is sent at night but what answers what has just come.
    quiet_hours = False
    # Whether an address may ask for no more messages, and with which words the vendor says so.
    can_be_stopped = False
    stop_words_told: frozenset[str] = frozenset()
    # Whether a message that is sent twice is one to its reader.
    repeats_are_one = False
    limits = Limits()
    # Why the messages of a known sender wait for an operator.
    waits_for_person = ""
    # The name under which its messages are put on hold while it is not configured.
    hold = ""
    # What is said of a message whose sender ended while the vendor had it (see `send`).
    unknown_end = ""
    # Flask blueprints of its webhooks.
    webhooks: tuple[Any, ...] = ()
    # Look a message up at the vendor that may have been sent by an attempt that died: its vendor's
    # id, None where it was not sent. Absent where the vendor keeps no list.
    find_sent: Callable[[Any], str | None] | None = None

    @property
    def sends(self) -> bool:
        """Whether messages go out by it."""
        return bool(self.queue)

    @property
    def reaches_people(self) -> bool:
        """Whether people have an address here that they are written to."""
        return self.sends and self.address_kind is not None

    def not_configured(self) -> str:
        """Return why its messages cannot be sent with these settings; "" where they can."""
        return ""

    def checks(self) -> dict[str, Check]:
        """Return what the doctor looks at: name to a function that says what is wrong, or ""."""
        return {}

    def tidy(self, value: str) -> str:
        """Return the one spelling of an address. Raises `tenants.addresses.BadAddress`."""
        return value.strip()

    def can_answer(self, sender: str) -> bool:
        """Return whether this sender can be written back to."""
        return self.reaches_people and bool(sender)

    def task_channel(self, sender: str) -> ChannelCode:
        """Return the channel of a task that an operator makes of this sender's message."""
        return self.code

    def reply_to(self, inbound: Any) -> str | None:
        """Return what a reply to this stored message refers to at the vendor's."""
        return None

    def parse(self, inbound: Any) -> ParsedMessage:
        """Read a stored message; it can be done again at any time."""
        return ParsedMessage(inbound.text or "", inbound.sender, answer=inbound.text or "")

    def authenticate(self, inbound: Any, parsed: ParsedMessage) -> bool:
        """Return whether the message is from whom it says."""
        return True

    def says(self, template: Any) -> bool:
        """Return whether a message of this template goes out by it."""
        return True

    def render(self, draft: Draft) -> Rendered:
        """Return the words of a message."""
        raise NotImplementedError

    def written(self, message: Any, draft: Draft) -> None:
        """Do what else is to be done when a message of any channel was written."""

    def send(self, message: Any, handing: Callable[[], None], renew: Callable[[], object]) -> str:
        """Hand a message over to the vendor; gives the vendor's id for it.

        Call `handing` where from here on only the vendor knows what becomes of it, and `renew` at
        least every ten seconds. Raises RetryLater, NeedsOperator, RecipientGone, or UnknownEnd.
        """
        raise NotImplementedError


# Filled by `register`, in the order in which channels are shown.
_CHANNELS: dict[str, Channel] = {}
LABELS: dict[str, Any] = {}
ICONS: dict[str, str] = {}


def register(channel: Channel) -> None:
    """Add a channel. Raises ValueError where its queue has no worker."""
    if channel.queue and channel.queue not in QUEUES:
        raise ValueError(f"{channel.code}: no worker listens to the queue {channel.queue}.")
    _CHANNELS[channel.code] = channel
    if channel.address_kind is not None:
        addresses.SPELLINGS.setdefault(channel.address_kind, channel.tidy)
    LABELS[channel.code], ICONS[channel.code] = channel.label, channel.icon


def unregister(code: str) -> None:
    """Take a channel out of the table."""
    for table in (_CHANNELS, LABELS, ICONS):
        table.pop(code)


def channel(code: str) -> Channel:
    """Return the channel of this code. Raises KeyError."""
    return _CHANNELS[code]


def every() -> list[Channel]:
    """Return all channels."""
    return list(_CHANNELS.values())


def reaching_people() -> list[Channel]:
    """Return those by which people can be written to."""
    return [one for one in every() if one.reaches_people]


def reaches_people(code: str | None) -> bool:
    """Return whether people are written to by the channel of this code."""
    return code is not None and code in _CHANNELS and _CHANNELS[code].reaches_people


def fallback() -> Channel:
    """Return the channel that takes what another cannot carry."""
    return next(one for one in every() if one.is_fallback)


def to_kind(address_kind: str) -> Channel:
    """Return the channel that reaches addresses of this kind. Raises KeyError."""
    for one in reaching_people():
        if one.address_kind == address_kind:
            return one
    raise KeyError(address_kind)


def is_chat(code: str | None) -> bool:
    """Return whether people write one short message after the other there."""
    return code is not None and code in _CHANNELS and _CHANNELS[code].is_chat


def can_answer(code: str, sender: str) -> bool:
    """Return whether this sender of this channel can be written back to."""
    return code in _CHANNELS and _CHANNELS[code].can_answer(sender)


def holds() -> list[str]:
    """Return the names under which messages are put on hold for a channel's settings."""
    return [one.hold or one.code for one in every() if one.sends]
