"""Task submission: the web form, REST, understood messages and operators all call `hand_over`, the
only way to make a task.

It is the one hot path of the project, so it is one statement: inbound row, number, task, event and
outbox rows together. The event's id is drawn beforehand: its writer could not read it back, because
its task is not visible within the statement. The number is drawn from the company's own sequence,
which takes no lock: a company's tasks do not wait for each other.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import text as sql

from service.catalogue.categories import all_categories
from service.core import wake
from service.core.actor import CLIENT, Actor
from service.core.errors import Conflict, InvalidInput
from service.core.event_handlers import EVENT_HANDLERS, queue_of
from service.core.event_kinds import EventKind
from service.core.time import now
from service.nlu.language_of_text import language_of
from service.tasks.parameters import MAX_AHEAD, MAX_AMOUNT
from service.tasks.task import MAX_TEXT
from tenants import isolation
from tenants.isolation import db


@dataclass(frozen=True)
class DeliveryKey:
    """The origin of the text: a repeat with the same key is the same delivery."""

    channel: str
    account: str
    provider_id: str
    raw: bytes
    # Taken until the transaction ends: a second delivery while the first is being processed gets an
    # error instead of waiting for it.
    lock: int | None = None


@dataclass(frozen=True)
class TaskRequest:
    """A task as the client submits it. `budget` in minor units of the company's currency."""

    text: str
    title: str = ""
    category: str | None = None
    deadline_at: datetime | None = None
    deadline_fixed: bool = False
    priority: str = "ordinary"
    private: bool = False
    budget: int | None = None
    project: str | None = None
    external_ref: str | None = None


_TASK = """
, numbered as (
  select next_number(id) as number, currency from company where id = :company and exists (select
    from kept))
, made as (
  insert into task (company_id, number, person_id, entered_by, inbound_id, title, text, language,
    channel, category,
                    chosen_by, deadline_at, deadline_fixed, priority, private, budget, project,
                      external_ref, currency)
  select :company, numbered.number, :person, cast(:entered_by as bigint), kept.id, :title, :text,
    :language, :channel,
         cast(:category as text), cast(:chosen_by as text), cast(:deadline_at as timestamptz),
           :deadline_fixed, :priority,
         :private, cast(:budget as bigint), cast(:project as text), cast(:external_ref as text),
           currency
  from kept, numbered
  returning id, number, created_at, currency)
, numbers as (
  select nextval('event_id_seq') as event_id, made.id as task_id from made)
, happened as (
  insert into event (id, company_id, task_id, kind, by_kind, by_id, channel)
  select event_id, :company, task_id, 'task.received', :by_kind, cast(:by_id as bigint), :channel
    from numbers)
, following as (
  insert into due (event_id, company_id, reaction, queue)
  select event_id, :company, f.reaction, f.queue
  from numbers, unnest(cast(:reactions as text[]), cast(:queues as text[])) as f (reaction, queue))
select id, number, created_at, currency from made
"""
NEW = sql(
    """
with held as materialized (
  select cast(:lock as bigint) is null or pg_try_advisory_xact_lock(cast(:lock as bigint)) as free)
, kept as (
  insert into inbound (channel, account, provider_id, sender, raw, digest, state, kind, company_id,
    person_id)
  select :kept_channel, :account, :provider_id, '', :raw, :digest, 'worked', 'task', :company,
    :person from held where free
  on conflict (channel, account, provider_id) do nothing
  returning id)
"""
    + _TASK
)
FROM_INBOUND = sql(
    """
with kept as (
  update inbound set state = 'worked', kind = 'task', company_id = :company, person_id = :person
  where id = :inbound_id and state <> 'worked' returning id)
"""
    + _TASK
)
REPEATED = sql("""
select t.id, t.number, t.created_at, t.currency, i.digest
from inbound i join task t on t.inbound_id = i.id
where i.channel = :kept_channel and i.account = :account and i.provider_id = :provider_id
""")
MADE_FROM = sql(
    "select t.id, t.number, t.created_at, t.currency from task t where t.inbound_id = :inbound_id"
)


@dataclass(frozen=True)
class CreatedTask:
    """The task as it was created; `repeated` where the same delivery had created it before."""

    id: int
    number: int
    created_at: datetime
    currency: str
    language: str
    title: str
    repeated: bool = False


def hand_over(
    wish: TaskRequest,
    by: Actor,
    company_id: int,
    *,
    person_id: int | None = None,
    kept: DeliveryKey | None = None,
    inbound_id: int | None = None,
) -> CreatedTask:
    """Create a task from a request, once for each delivery. An operator enters it for `person_id`,
    the service for a message's sender.

    Raises InvalidInput by field, Conflict where the same key came with other text.
    """
    tidy = checked(wish)
    values = _values(tidy, by, company_id, person_id)
    source = _of_inbound(inbound_id) if inbound_id is not None else _of_delivery(kept)
    row = db.session.execute(
        FROM_INBOUND if inbound_id is not None else NEW, {**values, **source}
    ).first()
    if row is None:
        return _repeated(tidy, values, source)
    isolation.after_commit(wake.wake)
    return CreatedTask(
        row.id, row.number, row.created_at, row.currency, values["language"], values["title"]
    )


def hand_over_in_one_roundtrip(
    wish: TaskRequest, by: Actor, company_id: int, scope: isolation.AccessScope, kept: DeliveryKey
) -> CreatedTask | None:
    """Do the same as `hand_over`, as a transaction of its own in one round trip, for routes that do
    nothing else in it.

    None where the same delivery is stored already, or being processed: `hand_over` returns or
    raises what fits then. Raises InvalidInput.
    """
    values = _values(checked(wish), by, company_id, None)
    row = isolation.execute_in_one_roundtrip(scope, NEW, {**values, **_of_delivery(kept)})
    if row is None:
        return None
    wake.wake()
    return CreatedTask(
        row.id, row.number, row.created_at, row.currency, values["language"], values["title"]
    )


def checked(wish: TaskRequest) -> TaskRequest:
    """Return the request with its texts tidied. Raises InvalidInput with a sentence for each wrong
    field."""
    errors: dict[str, str] = {}
    words = wish.text.replace("\x00", "").strip()
    if not words:
        errors["text"] = _("Describe the task")
    if len(words) > MAX_TEXT:
        errors["text"] = _("Up to 20,000 characters. Attach the rest as a file.")
    if wish.category is not None and wish.category not in all_categories():
        errors["category"] = _("No such category")
    if wish.deadline_at is not None and wish.deadline_at <= now():
        errors["deadline_at"] = _("The deadline is in the past. Choose a later one.")
    if wish.deadline_at is not None and wish.deadline_at > now() + MAX_AHEAD:
        errors["deadline_at"] = _(
            "The deadline is more than two years away. Choose an earlier one."
        )
    if wish.budget is not None and not 0 <= wish.budget <= MAX_AMOUNT:
        errors["budget"] = _("Enter an amount of 0 or more")
    if wish.priority not in ("low", "ordinary", "urgent"):
        errors["priority"] = _("Use low, ordinary or urgent")
    if errors:
        raise InvalidInput(errors)
    return replace(wish, text=words, title=title_of(wish.title.replace("\x00", "") or words))


# Where a clause ends.
CLAUSE = re.compile(r"[,:;]? [–—-] |[,:;] ")


def title_of(words: str) -> str:
    """Return a title from the first sentence without its full stop, at most 90 characters, cut
    where a clause ends or between words."""
    first = (
        re.split(r"(?<=[.!?])\s|\n", " ".join(words.split(" ")).strip(), maxsplit=1)[0].strip()
        or words.strip()
    )
    first = " ".join(first.split())
    if len(first) <= 90:
        return first if first.endswith("..") or len(first) < 3 else first.removesuffix(".")
    clause = max(place.start() for place in CLAUSE.finditer(" , " + first[:89])) - 3
    # An emoji made of several must not end with a joiner that nothing follows.
    return (
        first[:clause] if clause >= 40 else first[:89].rsplit(" ", 1)[0].rstrip(",;:-\u200d") + "…"
    )


def _values(wish: TaskRequest, by: Actor, company_id: int, person_id: int | None) -> dict[str, Any]:
    follows = EVENT_HANDLERS[EventKind.TASK_RECEIVED]
    return {
        **vars(wish),
        "company": company_id,
        "person": person_id or by.person_id,
        "by_kind": by.kind,
        "by_id": by.person_id,
        "entered_by": None if by.kind in (CLIENT, "system") else by.person_id,
        "channel": by.channel,
        "language": language_of(wish.text),
        "chosen_by": "client" if wish.category else None,
        "reactions": list(follows),
        "queues": [queue_of(name) for name in follows],
    }


def _of_delivery(kept: DeliveryKey | None) -> dict[str, Any]:
    assert kept is not None  # a route without an inbound row always passes the origin of the text
    return {
        "kept_channel": kept.channel,
        "account": kept.account,
        "provider_id": kept.provider_id,
        "raw": kept.raw,
        "lock": kept.lock,
        "digest": hashlib.sha256(kept.raw).digest(),
    }


def _of_inbound(inbound_id: int | None) -> dict[str, Any]:
    return {"inbound_id": inbound_id}


def _repeated(wish: TaskRequest, values: dict[str, Any], source: dict[str, Any]) -> CreatedTask:
    """Return the task that the same delivery made before. Raises Conflict where the same key came
    with other text."""
    row = db.session.execute(MADE_FROM if "inbound_id" in source else REPEATED, source).first()
    if row is None:
        raise Conflict(_("This is already being processed. Try again in a second."), retry_after=1)
    if "digest" in source and bytes(row.digest) != source["digest"]:
        raise Conflict(
            _("This key was already used for another request. Use a new one."), reused=True
        )
    return CreatedTask(
        row.id,
        row.number,
        row.created_at,
        row.currency,
        values["language"],
        wish.title,
        repeated=True,
    )


def raw_of(body: object) -> bytes:
    """Return the bytes that are stored of a form or a JSON body: the same content gives the same
    bytes."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, default=str).encode(
        "utf-8", "surrogatepass"
    )
