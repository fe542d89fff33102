"""Loads every table of the house, for migrations and for the tests over the whole."""

from service import drafts, due, files, findable, playbooks, restores  # noqa: F401
from service.api import idempotency  # noqa: F401
from service.billing import charges, ledger  # noqa: F401
from service.channels import kept  # noqa: F401
from service.channels.push import subscriptions  # noqa: F401
from service.conversation import asks, messages  # noqa: F401
from service.tasks import (  # noqa: F401
    clock,
    dead_line,
    delegate,
    events,
    lessons,
    parameters,
    questions,
    red_line,
    review,
    task,
    understanding,
)
from tenants import addresses, company, handbook, membership, people  # noqa: F401
from tenants.signin import tables  # noqa: F401
