"""Pages of a client company: `/app/<company>/…`."""

from service.web.client import (  # noqa: F401 (their routes)
    card,
    desk,
    guess,
    money,
    people,
    steps,
    task,
)
from service.web.client.blueprint import pages

__all__ = ["pages"]
