"""The demo desk: twelve companies, a pool of assistants, what is open now and three months of
history. Only on an empty database.

What lies in the past is written in bulk with the moments at which it would have happened: the event
log takes no later change, so it could not be moved in time afterwards. The newest tasks go through
the house's own steps.
"""

from __future__ import annotations

import random

from sqlalchemy import func, select

from devdesk.demo import history, learned, newest, people, present, strangers
from devdesk.demo.bulk_insert import BulkInsert
from service.core.time import now
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db


def load_if_empty(password: str) -> bool:
    """Load the demo desk where there is no company yet; whether it did."""
    with isolation.transaction(isolation.system("demo")):
        if db.session.scalar(select(func.count()).select_from(Company)):
            return False
        who = people.engage(password)
        _lay_down(who)
    newest.play(who)
    return True


def _lay_down(who: people.People) -> None:
    """Everything that happened before this moment, in one transaction."""
    pile, chance = BulkInsert(), random.Random(1)  # noqa: S311 (the same desk each time, no secret)
    moment = now()
    history.lay(pile, who, chance, moment)
    present.lay(pile, who, chance, moment)
    strangers.lay(pile, moment)
    pile.write()
    learned.lay(who, moment)
