"""The demo data: twelve companies, a pool of assistants, open tasks and three months of history.
Only on an empty database.

The past is written in bulk with the times at which it would have happened: the event log cannot be
updated, so times could not be changed afterwards. The newest tasks go through the project's own
steps.
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
    """Load the demo data where there is no company yet; return whether it was loaded."""
    with isolation.transaction(isolation.system("demo")):
        if db.session.scalar(select(func.count()).select_from(Company)):
            return False
        who = people.engage(password)
        _lay_down(who)
    newest.play(who)
    return True


def _lay_down(who: people.People) -> None:
    """Write everything that happened before now, in one transaction."""
    pile, chance = BulkInsert(), random.Random(1)  # noqa: S311 (the same desk each time, no secret)
    moment = now()
    history.lay(pile, who, chance, moment)
    present.lay(pile, who, chance, moment)
    strangers.lay(pile, moment)
    pile.write()
    learned.lay(who, moment)
