"""Every table of the project, imported for migrations and for the tests over all tables."""

from service.api import idempotency  # noqa: F401
from service.billing import charges, ledger  # noqa: F401
from service.catalogue import playbooks  # noqa: F401
from service.channels.push import subscriptions  # noqa: F401
from service.core import drafts, outbox, restore_epoch  # noqa: F401
from service.inbound import inbound_message  # noqa: F401
from service.messages import message, prompts  # noqa: F401
from service.search import index  # noqa: F401
from service.tasks import (  # noqa: F401
    acceptance,
    assignment,
    attachments,
    delivery,
    events,
    lessons,
    parameters,
    pauses,
    questions,
    red_line,
    review,
    task,
    understanding,
)
from tenants import addresses, company, handbook, membership, people  # noqa: F401
from tenants.signin import tables  # noqa: F401
