"""What calls take: bodies and addresses' parameters. A field that is not named here is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from flask_babel import gettext as _
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    StrictBool,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from service.core.ids import MAX_ID
from service.core.text import clean
from service.tasks import bounds
from service.tasks.parameters import MAX_CRITERIA, MAX_QUANTITY

MAX_YEAR = 2199
RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _moment(value: object) -> datetime:
    """A moment with its zone, in UTC."""
    try:
        if isinstance(value, str) and RFC3339.fullmatch(value):
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
            if moment.year <= MAX_YEAR:
                return moment
    except (ValueError, OverflowError):
        pass
    raise ValueError(
        _("Enter a time with its zone, like 2027-01-31T18:00:00Z or 2027-01-31T18:00:00+02:00")
    )


Words = Annotated[str, BeforeValidator(_cleaned)]
Moment = Annotated[
    datetime, PlainValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})
]
Id = Annotated[int, Field(strict=True, gt=0, le=MAX_ID)]
Whole = Annotated[int, Field(strict=True)]
Email = Annotated[Words, Field(min_length=3, max_length=320)]
Then = Literal["rework", "settle", "dispute"]


class Body(BaseModel):
    """Any body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sum(Body):
    """An amount in minor units with its currency. A bare number is minor units in the task's
    currency.
    """

    amount: Whole = Field(json_schema_extra={"minimum": 0})
    currency: str | None = Field(None, pattern="^[A-Z]{3}$")

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return (
            {"amount": value} if isinstance(value, int) and not isinstance(value, bool) else value
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        plain = handler.resolve_ref_schema(handler(core))
        return {
            "title": "Sum",
            "description": cls.__doc__,
            "anyOf": [
                {**plain, "title": "With its currency"},
                {"type": "integer", "minimum": 0, "title": "Minor units"},
            ],
        }


class Nothing(Body):
    """No fields."""


class HandOver(Body):
    """A task to hand over. `on_behalf_of` and `company` are for operators who enter a task by
    phone.
    """

    text: Words = Field(max_length=bounds.TASK_TEXT.most, description="The task in your own words")
    title: Words | None = Field(
        None, max_length=200, description="A title; made from the text if omitted"
    )
    category: Words | None = Field(
        None, max_length=30, description="The code of a category, if you know it"
    )
    deadline_at: Moment | None = None
    deadline_fixed: StrictBool = Field(
        False, description="The deadline does not move while we wait for your reply"
    )
    priority: Literal["low", "ordinary", "urgent"] = "ordinary"
    private: StrictBool = Field(
        False, description="Visible only to its author and the company's owners"
    )
    budget: Sum | None = None
    project: Words | None = Field(None, max_length=200)
    external_ref: Words | None = Field(
        None, max_length=200, description="Its ID in your own system"
    )
    on_behalf_of: Email | None = Field(None, description="The client's person, by email address")
    company: Words | None = Field(None, max_length=40, description="The short name of the company")
    channel: Literal["voice"] | None = None


class CriterionText(Body):
    """A criterion as a task shows it; its id is ignored."""

    id: Id | None = None
    text: Words = Field(max_length=bounds.CRITERION.most)


class NewParameters(Body):
    """Fields that are omitted or null do not change. The unit depends on the category; any other is
    refused.
    """

    outcome: Words | None = Field(None, max_length=bounds.OUTCOME.most)
    criteria: (
        list[Annotated[Words, Field(max_length=bounds.CRITERION.most)] | CriterionText] | None
    ) = Field(None, max_length=MAX_CRITERIA)
    deadline_at: Moment | None = None
    deadline_fixed: StrictBool | None = None
    budget: Sum | None = None
    unit: Words | None = Field(None, max_length=40)
    quantity: Decimal | None = Field(None, gt=0, le=MAX_QUANTITY, decimal_places=2)


class Decision(Body):
    """Step 1."""

    decision: Literal["delegate", "do", "delete", "refuse"]
    category: Words | None = Field(
        None, max_length=30, description="Required to delegate if the task has none"
    )
    reason: Words = Field(
        "",
        max_length=bounds.DECISION_REASON.most,
        description="Required except for delegate; the client reads it",
    )


class Why(Body):
    """A reason."""

    reason: Words = Field(max_length=bounds.RETURN_REASON.most)


class Assignment(Body):
    """Who gets the task. Teams and automatic assignment are not available yet."""

    assistant: Email | None = None
    team: Words | None = Field(None, max_length=100)
    auto: StrictBool | None = None


class Another(Body):
    """Another option that the assistant suggests, with its price and deadline."""

    text: Words = Field(max_length=bounds.PROPOSAL.most)
    price: Sum
    deadline_at: Moment


class Point(Body):
    """The client's words, and what the assistant takes them to mean."""

    words: Words = Field(
        max_length=bounds.CLARIFIED.most, description="Must occur in the task's text"
    )
    exact: Words = Field(max_length=bounds.CLARIFIED.most)


class NewRetelling(Body):
    """Step 5: the task in the assistant's own words."""

    text: Words = Field(max_length=bounds.RETELLING.most)
    plan: Words = Field("", max_length=bounds.PLAN.most)
    quantity: Decimal | None = Field(None, gt=0, le=MAX_QUANTITY, decimal_places=2)
    proposal: Another | None = None
    differences: list[Point] = Field(
        [], max_length=10, description="Details that were clarified, point by point"
    )


class Verdict(Body):
    """Step 5: confirm or correct the retelling."""

    retelling: Id
    verdict: Literal["confirmed", "corrected", "proposal_accepted"]
    note: Words = Field(
        "",
        max_length=bounds.CORRECTION.most,
        description="Required for a correction: what is different",
    )


class RedLine(Body):
    """Step 6: the midpoint check."""

    progress: Whole = Field(ge=0, le=100, description="Percent")
    on_time: StrictBool
    help: Words = Field("", max_length=bounds.HELP.most)


class Met(Body):
    """Whether one criterion is met, and how."""

    id: Id
    met: StrictBool
    note: Words = Field("", max_length=bounds.CRITERION_NOTE.most)


class Delivery(Body):
    """Step 7: the work, against each criterion."""

    text: Words = Field(max_length=bounds.DELIVERY.most)
    criteria: list[Met] = Field(max_length=MAX_CRITERIA)


class Score(Body):
    """Step 7: without `then` the delivery is accepted. A score below 80 needs `then`; settling
    needs a score.
    """

    score: Whole | None = Field(None, ge=0, le=100, description="Percent; stored only if given")
    comment: Words = Field("", max_length=bounds.COMMENT.most)
    then: Then | None = None


class Resolution(Body):
    """An operator's decision: of a dispute, of a silence that ended below 80 %, of the price of a
    stopped task
    (settle or cancel). To settle, `score` is needed: that share of the agreed price is charged."""

    outcome: Literal["rework", "settle", "accept", "cancel"]
    score: Whole | None = Field(None, ge=0, le=100)
    reason: Words = Field(max_length=bounds.RESOLUTION_REASON.most)


class Thanks(Body):
    """Step 8."""

    text: Words = Field(max_length=bounds.PRAISE.most)
    tip: Sum | None = None


class Stop(Body):
    """Why the task is cancelled, for those who worked on it."""

    reason: Words = Field("", max_length=bounds.CANCEL_REASON.most)


class NewQuestion(Body):
    """A question, with up to five answers to choose from."""

    text: Words = Field(max_length=bounds.QUESTION.most)
    options: list[Annotated[Words, Field(max_length=bounds.OPTION.most)]] = Field([], max_length=5)


class NewAnswer(Body):
    """The answer to an open question."""

    question: Id
    text: Words = Field(max_length=bounds.ANSWER.most)


class NewMessage(Body):
    """A message to the other side."""

    text: Words = Field(max_length=bounds.MESSAGE.most)


class Paged(BaseModel):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=100, description="Maximum number of items")
    after: str | None = Field(None, max_length=200, description="`next` of the previous page")


class TaskFilter(Paged):
    """Which tasks."""

    state: Words | None = Field(
        None, max_length=200, description="One state, or several separated by commas"
    )
    category: Words | None = Field(None, max_length=30)
    assignee: Words | None = Field(None, max_length=320, description="The assistant's id, or `me`")
    q: Words | None = Field(
        None,
        max_length=200,
        description="Words in the task or its messages, or its number: best match first, one page",
    )


class InboundFilter(Paged):
    """Which incoming messages."""

    state: Literal["kept", "worked", "needs_person"] | None = None
    channel: Words | None = Field(None, max_length=10)
    q: Words | None = Field(None, max_length=200, description="Words in sender, subject or text")


class Currency(BaseModel):
    """The currency of prices for staff; a company's key gets its own currency."""

    currency: Literal["EUR", "USD", "RUB"] = "EUR"


def amount_of(given: Sum | None, currency: str, field: str) -> dict[str, Any]:
    """Nothing wrong, or the sentence for a sum in another currency than the task's."""
    if given is None or given.currency in (None, currency):
        return {}
    return {field: _("The currency of this task is %(currency)s.", currency=currency)}
