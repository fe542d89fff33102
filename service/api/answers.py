"""What calls answer, as types: checked against the code, and published in the document."""

from __future__ import annotations

from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

Moment = Annotated[
    str, Field(json_schema_extra={"format": "date-time"}, description="RFC 3339, UTC")
]
Row = TypeVar("Row")


class Listed(TypedDict, Generic[Row]):
    """One page of a list; `next` is the cursor of the next one."""

    data: list[Row]
    next: str | None


class Money(TypedDict):
    """An amount in minor units."""

    amount: int
    currency: str


class Someone(TypedDict):
    """A person."""

    id: int
    name: str


class By(TypedDict):
    """Who did it: client, assistant, operator, supervisor or system; the person where it was
    one."""

    kind: str
    id: int | None
    name: str | None


class Category(TypedDict):
    """The category, how certain it is, and who chose it (client, service or operator)."""

    code: str | None
    confidence: float | None
    chosen_by: str | None


class Criterion(TypedDict):
    """A criterion: when the task counts as done."""

    id: int
    text: str


class Parameters(TypedDict):
    """Step 2 of the method."""

    outcome: str
    criteria: list[Criterion]
    deadline_at: Moment | None
    deadline_fixed: bool
    budget: Money | None
    unit: str | None
    quantity: float | None


class Proposal(TypedDict):
    """Another option that the assistant suggests."""

    text: str
    price: Money
    deadline_at: Moment


class Difference(TypedDict):
    """The client's words, and what the assistant takes them to mean."""

    words: str
    exact: str


class Retelling(TypedDict):
    """The task in the assistant's words, with the price and deadline shown to the client."""

    id: int
    text: str
    plan: str
    quantity: float
    price: Money
    deadline_at: Moment
    proposal: Proposal | None
    differences: list[Difference]
    correction: str | None
    created_at: Moment


class Dispute(TypedDict):
    """Since when an operator's decision is pending."""

    since: Moment


class TaskLinks(TypedDict):
    """Links, relative to this host. `page` is the task's page for the key's person."""

    self: str
    events: str
    messages: str
    files: str
    page: str


class Task(TypedDict):
    """A task. `waiting_for` is `client` while a question or a retelling waits for an answer and the
    clock stands,
    `operator` while an operator has to decide what is charged. `score` is what a person said of the
    delivery,
    `met_share` the share of the criteria that the last delivery met, both in percent."""

    id: int
    number: int
    title: str
    text: str
    category: Category
    state: str
    language: str
    channel: str
    priority: str
    created_at: Moment
    deadline_at: Moment | None
    red_line_at: Moment | None
    assignee: Someone | None
    price: Money | None
    score: int | None
    met_share: int | None
    parameters: Parameters
    retelling: Retelling | None
    waiting_for: str | None
    dispute: Dispute | None
    links: TaskLinks


class Event(TypedDict):
    """One change. `facts` holds ids and figures."""

    id: int
    kind: str
    at: Moment
    by: By
    channel: str
    facts: dict[str, Any]


class Message(TypedDict):
    """What somebody said on a task."""

    id: int
    author: By
    channel: str
    text: str
    created_at: Moment


class Question(TypedDict):
    """A question to the client, and its answer."""

    id: int
    text: str
    options: list[str]
    asked_at: Moment
    answer: str | None
    answered_at: Moment | None


class FileLinks(TypedDict):
    """Where the bytes are."""

    content: str


class File(TypedDict):
    """A file on a task; `part` is brief, message or delivery."""

    id: int
    name: str
    type: str
    size: int
    part: str
    sha256: str
    created_at: Moment
    links: FileLinks


class InboundFile(TypedDict):
    """A file attached to an incoming message."""

    name: str
    type: str
    size: int


# `from` is a word of Python's own.
Inbound = TypedDict(
    "Inbound",
    {
        "id": int,
        "channel": str,
        "provider_id": str,
        "received_at": Moment,
        "from": str,
        "to": str,
        "subject": "str | None",
        "text": "str | None",
        "attachments": list[InboundFile],
        "state": str,
        "reason": "str | None",
        "kind": "str | None",
        "company": "str | None",
        "task": "int | None",
    },
)


class TaskRef(TypedDict):
    """Which task."""

    id: int
    number: int


class Charge(TypedDict):
    """What a task costs, or a tip for it (`kind`: work or tip); `state` is open, paying, paid or
    failed."""

    id: int
    kind: str
    task: TaskRef
    total: Money
    state: str
    invoice: str | None
    created_at: Moment
    paid_at: Moment | None


class InvoiceLinks(TypedDict):
    """The document."""

    pdf: str


class Invoice(TypedDict):
    """The invoice of a charge."""

    number: str
    task: TaskRef
    charge: int
    total: Money
    issued_at: Moment
    links: InvoiceLinks


class Kind(TypedDict):
    """A category: usual quantity, unit price, usual time in working hours."""

    code: str
    name: str
    unit: str
    quantity: float
    rate: Money
    term_hours: int
