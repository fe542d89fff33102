"""Load every table and every channel, for the application, migrations and tests of the whole."""

from service.api import idempotency  # noqa: F401
from service.billing import charges, ledger  # noqa: F401
from service.catalogue import playbooks  # noqa: F401
from service.channels import installed  # noqa: F401 (fills the table of channels)
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
