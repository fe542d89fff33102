"""The operator's desk: `/desk/…` and `/admin`."""

from service.web.operator import admin, board, bulk, messages, playbooks, pool, task, triage  # noqa: F401 (their routes)
from service.web.operator.blueprint import pages

__all__ = ["pages"]
