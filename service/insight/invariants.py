"""Invariants: counts of what should never exist. Each count should be 0, and its text says what to
look for where it is not.

Each query reads a bounded range through an index, so that its cost does not grow with the tables.
"""

from __future__ import annotations

from sqlalchemy import text

from service.core.event_handlers import EVENT_HANDLERS
from tenants.isolation import db

INVARIANTS = {
    "inbound_not_worked": (
        "Inbound kept over five minutes ago and not worked on",
        """
        select 1 from inbound i where i.state = 'kept'
          and i.received_at < now() - interval '5 minutes'
          and not exists (select from due d join event e on e.id = d.event_id
                          where e.kind = 'inbound.kept' and (e.facts ->> 'inbound')::bigint = i.id
                            and d.needs_person_at is not null)""",
    ),
    "events_without_work": (
        "Events without the work that was due for them, of the last twenty thousand",
        """
        select 1 from event e where e.id > (select max(id) - 20000 from event)
          and e.at < now() - interval '5 minutes'
          and e.kind = any (:kinds) and not exists (select from due d where d.event_id = e.id)""",
    ),
    "messages_waiting": (
        "Messages that have waited for over an hour, those kept back for the night not counted",
        """
        select 1 from message m where m.direction = 'out' and m.state in ('kept', 'sending')
          and m.created_at < now() - interval '1 hour'
          and not exists (select from due d join event e on e.id = d.event_id
            where e.kind = 'message.written'
                          and (e.facts ->> 'message')::bigint = m.id
                            and e.id > (select max(id) - 100000 from event)
                          and (d.due_at > now() or d.needs_person_at is not null))""",
    ),
    "accepted_without_charge": (
        "Tasks accepted over five minutes ago at a price, without a charge",
        """
        select 1 from task t where t.state in ('accepted', 'closed') and t.price > 0
          and t.id > (select max(id) - 20000 from task)
          and t.ended_at < now() - interval '5 minutes'
          and coalesce(t.score, t.met_share) is not null
          and not exists (select from charge c where c.task_id = t.id)""",
    ),
}
MAX_COUNT = 1000


def counts() -> dict[str, int]:
    """Return how many rows violate each invariant now, counted up to a thousand."""
    kinds = list(EVENT_HANDLERS)
    return {
        name: db.session.scalar(
            text(f"select count(*) from ({query} limit {MAX_COUNT}) held"),
            {"kinds": kinds} if ":kinds" in query else {},
        )
        or 0
        for name, (_about, query) in INVARIANTS.items()
    }
