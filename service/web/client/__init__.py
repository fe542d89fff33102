"""Pages of a client company: `/app/<company>/…`."""

from service.web.client import card, desk, guess, money, people, steps, task  # noqa: F401 (their routes)
from service.web.client.blueprint import pages

__all__ = ["pages"]
