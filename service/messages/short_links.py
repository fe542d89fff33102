"""Short links and answer addresses: both name a task and a person, signed, so that nothing has to
be kept for them.

The signature covers the epoch in which the task was made: after a restore nothing leads to another
task that has its id.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from service.core import restore_epoch
from service.core.config import settings

ANSWER = re.compile(r"^a-([0-9a-z]{1,13})-([0-9a-z]{1,13})-([0-9a-z]{1,13})-([0-9a-z]{12})$")
TOKEN = re.compile(r"^([0-9a-z]{1,13})-([0-9a-z]{1,13})-([0-9a-z]{1,13})-([0-9a-z]{12})$")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def token(task_id: int, person_id: int, company_id: int) -> str:
    """What stands behind /t/: 60 bits of signature keep it from being guessed."""
    return "-".join(
        [
            *(_base36(number) for number in (task_id, person_id, company_id)),
            _sign("link", task_id, person_id, company_id),
        ]
    )


def read(text: str) -> tuple[int, int, int] | None:
    """(task, person, company) of a link that is ours, else None."""
    return _checked(TOKEN.match(text), "link")


def url(task_id: int, person_id: int, company_id: int) -> str:
    """The whole address of a short link."""
    return f"{settings().url}/t/{token(task_id, person_id, company_id)}"


def answer_address(task_id: int, person_id: int, company_id: int) -> str:
    """Where an answer by mail to this person's messages on this task goes."""
    numbers = "-".join(_base36(number) for number in (task_id, person_id, company_id))
    return f"a-{numbers}-{_sign('mail', task_id, person_id, company_id)}@{settings().mail_domain}"


def read_answer(address: str) -> tuple[int, int, int] | None:
    """(task, person, company) of an answer address that is ours, else None."""
    return _checked(ANSWER.match(address.partition("@")[0].lower()), "mail")


def _checked(match: re.Match[str] | None, purpose: str) -> tuple[int, int, int] | None:
    if match is None:
        return None
    task_id, person_id, company_id = (int(match[place], 36) for place in (1, 2, 3))
    if max(task_id, person_id, company_id) >= 1 << 62:
        return None
    right = hmac.compare_digest(match[4], _sign(purpose, task_id, person_id, company_id))
    return (task_id, person_id, company_id) if right else None


def _sign(purpose: str, *numbers: int) -> str:
    epoch = restore_epoch.epoch_of("task", numbers[0])
    words = ":".join([purpose, *map(str, numbers), *([epoch] if epoch else [])])
    digest = hmac.new(settings().secret_key.encode(), words.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[:12].decode().lower()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"
