"""Storing inbound messages: each is stored as it arrived, once, before it is answered. Its meaning
is found out afterwards."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import text

from service.core import wake
from service.core.event_handlers import EVENT_HANDLERS, queue_of
from service.core.event_kinds import EventKind
from tenants import isolation

MAX_BYTES = 30 * 1024 * 1024

# One statement: the row, its event and the outbox rows. The role `door` may not read what it
# stored, so the event's id is drawn beforehand, and a repeat inserts nothing at all.
STORE = text("""
with numbers as (select nextval('inbound_id_seq') as inbound_id,
  nextval('event_id_seq') as event_id)
, kept as (
  insert into inbound (id, channel, account, provider_id, sender, raw, digest, headers)
  select inbound_id, :channel, :account, :provider_id, :sender, :raw, :digest,
    cast(:headers as jsonb) from numbers
  on conflict do nothing
  returning 1)
, happened as (
  insert into event (id, kind, by_kind, channel, facts)
  select event_id, 'inbound.kept', 'client', :channel, jsonb_build_object('inbound', inbound_id)
    from numbers
  where exists (select from kept))
insert into due (event_id, reaction, queue)
select event_id, f.reaction, f.queue
from numbers, unnest(cast(:reactions as text[]), cast(:queues as text[])) as f (reaction, queue)
where exists (select from kept)
""")


def store(
    channel: str,
    account: str,
    provider_id: str,
    *,
    sender: str,
    raw: bytes,
    headers: dict[str, Any] | None = None,
) -> None:
    """Store an inbound message once: the same (channel, account, provider_id) again changes
    nothing, and no handler runs twice for it.

    Opens its own transaction; when this returns, the message is durable.
    """
    follows = EVENT_HANDLERS[EventKind.INBOUND_KEPT]
    isolation.execute_in_one_roundtrip(
        isolation.unauthenticated(channel),
        STORE,
        {
            "channel": channel,
            "account": account[:320],
            "provider_id": provider_id[:1000],
            "sender": sender[:400],
            "raw": raw,
            "digest": hashlib.sha256(raw).digest(),
            "headers": json.dumps(headers or {}),
            "reactions": list(follows),
            "queues": [queue_of(name) for name in follows],
        },
    )
    wake.wake()
