"""Factory of test data, in a line or two each, through the project's own functions and in their own
scopes."""

from __future__ import annotations

import itertools
import threading
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.catalogue.categories import all_categories
from service.core import actor
from service.core.actor import Actor
from service.core.errors import DomainError
from service.core.time import now
from service.tasks import (
    acceptance,
    analysis,
    assignment,
    briefing,
    delivery,
    parameters,
    red_line,
    submission,
    understanding,
)
from service.tasks.submission import DeliveryKey, TaskRequest
from service.tasks.task import Task, find
from tenants import addresses, company, isolation, membership, people
from tenants.isolation import AccessScope, db
from tenants.signin import identity, passwords

_count = itertools.count(1)
PASSWORD = "correct horse battery"
ALL_TRADES = list(all_categories())


@dataclass
class Someone:
    """A person with what tests need of them."""

    id: int
    email: str
    phone: str
    company_id: int | None
    slug: str
    actor: Actor
    scope: AccessScope
    staff_role: str | None = None


class World:
    """Companies, people, tasks. Every method commits."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def company(self, **more: Any) -> Any:
        """A new company; gives its row, detached."""
        with isolation.transaction(isolation.system("test")):
            made = company.add(f"Company {uuid.uuid4().hex[:8]}", **more)
            db.session.expunge(made)
        return made

    def client(
        self, of: Any = None, role: str = "owner", language: str = "en", channel: str = "email"
    ) -> Someone:
        """A person of a company with a password, a verified e-mail address and phone."""
        of = of or self.company(language=language)
        number, mark = next(_count), uuid.uuid4().hex[:10]
        email, phone = f"c-{mark}@example.com", f"+3712{7_300_000 + number:07d}"
        with isolation.transaction(isolation.system("test")):
            person = people.add(f"Client {number}", language=language, channel=channel)
            passwords.add_login(person.id, email)
            _fast_password(person.id)
            addresses.add(person, "email", email, company_id=of.id, verified=True)
            addresses.add(person, "phone", phone, company_id=of.id, verified=True)
            membership.join(person, of.id, role)
            return Someone(
                person.id,
                email,
                phone,
                of.id,
                of.slug,
                actor.client(person.id, name=person.name),
                isolation.client(person.id, of.id, owner=role == "owner"),
            )

    def staff(
        self, role: str = "assistant", trades: list[str] | None = None, held_limit: int = 50
    ) -> Someone:
        """A person of the service."""
        trades = ALL_TRADES if trades is None else trades
        email = f"s-{uuid.uuid4().hex[:10]}@example.com"
        with isolation.transaction(isolation.system("test")):
            person = people.add(f"{role.title()} {next(_count)}", is_staff=True)
            passwords.add_login(person.id, email)
            _fast_password(person.id)
            addresses.add(person, "email", email, company_id=None, verified=True)
            membership.hire(person, role, trades, held_limit=held_limit)
            scope = (
                isolation.assistant(person.id, tuple(trades))
                if role == "assistant"
                else isolation.operator(person.id)
            )
            return Someone(
                person.id,
                email,
                "",
                None,
                "",
                actor.staff(person.id, role, name=person.name),
                scope,
                role,
            )

    def key(self, someone: Someone) -> str:
        """An API key of this person."""
        from tenants.people import Person

        with isolation.transaction(isolation.system("test")):
            person = db.session.get(Person, someone.id)
            return identity.add_key(person, someone.company_id, "test")

    def sign_in(self, client: Any, someone: Someone) -> Any:
        """Sign in through the page; gives the client."""
        answer = client.post("/login", data={"email": someone.email, "password": PASSWORD})
        assert answer.status_code in (302, 303), answer.data[-500:]
        return client

    def task(
        self,
        client: Someone,
        state: str = "received",
        holder: Someone | None = None,
        text: str = "",
        **wish: Any,
    ) -> int:
        """A task that has come as far as `state`; gives its id."""
        with isolation.transaction(client.scope):
            task_id = submission.hand_over(
                TaskRequest(
                    text or f"Find three suppliers of oat milk, number {next(_count)}", **wish
                ),
                client.actor,
                client.company_id,
                kept=DeliveryKey("web", str(client.company_id), uuid.uuid4().hex, b"{}"),
            ).id
        for step in PATH[: PATH.index(state) + 1]:
            self._step(step, task_id, client, holder)
        return task_id

    def partly(self, client: Someone, holder: Someone, met: int, of: int) -> int:
        """A delivered task with so many of so many criteria met; gives its id."""
        task_id = self.task(client, "retold", holder)
        with isolation.transaction(client.scope):
            wanted = parameters.Parameters(
                criteria=[f"Point {number}" for number in range(1, of + 1)]
            )
            parameters.change(find(task_id), client.actor, wanted)
        self._step("working", task_id, client, holder)
        with isolation.transaction(holder.scope):
            task = find(task_id)
            red_line.report(task, holder.actor, 60, on_time=True)
            answers = [
                {"id": c.id, "met": place < met, "note": ""}
                for place, c in enumerate(parameters.criteria_of(task))
            ]
            delivery.deliver(task, holder.actor, "Here is what I have.", answers)
        return task_id

    def load(self, task_id: int) -> Task:
        """The task as the system sees it now, detached."""
        with isolation.transaction(isolation.system("test")):
            task = find(task_id)
            db.session.expunge(task)
        return task

    def _step(self, step: str, task_id: int, client: Someone, holder: Someone | None) -> None:
        scope = {
            "queued": isolation.system("test"),
            "working": client.scope,
            "accepted": client.scope,
        }.get(step, holder.scope if holder else None)
        if step == "received":
            return
        with isolation.transaction(scope):
            STEPS[step](find(task_id), client, holder)


def _queue(task: Task, client: Someone, holder: Someone | None) -> None:
    analysis.apply_triage(task, "research", 0.9, None, sure=True)


def _claim(task: Task, client: Someone, holder: Someone) -> None:
    assignment.claim(task, holder.actor)


def _brief(task: Task, client: Someone, holder: Someone) -> None:
    briefing.brief(task, holder.actor)


def _retell(task: Task, client: Someone, holder: Someone) -> None:
    understanding.retell(
        task,
        holder.actor,
        "You want three suppliers of oat milk compared by price.",
        "I ask each of them.",
    )


def _confirm(task: Task, client: Someone, holder: Someone) -> None:
    understanding.confirm(task, client.actor, understanding.last_retelling(task).id)


def _deliver(task: Task, client: Someone, holder: Someone) -> None:
    red_line.report(task, holder.actor, 60, on_time=True)
    delivery.deliver(
        task,
        holder.actor,
        "Here are the three.",
        [{"id": c.id, "met": True, "note": "yes"} for c in parameters.criteria_of(task)],
    )


def _accept(task: Task, client: Someone, holder: Someone) -> None:
    acceptance.accept(task, client.actor, 90, "Good")


PATH = ["received", "queued", "assigned", "briefed", "retold", "working", "delivered", "accepted"]
STEPS = {
    "queued": _queue,
    "assigned": _claim,
    "briefed": _brief,
    "retold": _retell,
    "working": _confirm,
    "delivered": _deliver,
    "accepted": _accept,
}
_hash: list[str] = []


def _fast_password(person_id: int) -> None:
    """One argon2 hash serves all people of a run; hashing is tested by itself."""
    from sqlalchemy import update

    from tenants.signin.tables import Login

    if not _hash:
        _hash.append(passwords._hasher.hash(PASSWORD))
    db.session.execute(
        update(Login).where(Login.person_id == person_id).values(password_hash=_hash[0])
    )


def soon(hours: float) -> Any:
    """A moment so many hours from now."""
    return now() + timedelta(hours=hours)


def at_once(app, calls) -> list[str]:
    """Run these at the same instant, each in a thread; gives `done` or the refusal's code for
    each."""
    start, came = threading.Barrier(len(calls)), []

    def run(scope, call):
        with app.app_context():
            start.wait(5)
            try:
                with isolation.transaction(scope):
                    call()
                came.append("done")
            except DomainError as refused:
                came.append(refused.code)

    threads = [threading.Thread(target=run, args=one) for one in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(came)
