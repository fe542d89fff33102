"""Pages of operators: `/desk/…` and `/admin`."""

from service.web.operator import (  # noqa: F401 (their routes)
    admin,
    board,
    bulk,
    companies,
    messages,
    playbooks,
    pool,
    reports,
    task,
    triage,
)
from service.web.operator.blueprint import pages

__all__ = ["pages"]
