"""The newest tasks, made by the project's own steps in the scopes of their people, so that outbox
rows and messages follow for real."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from sqlalchemy import func, select, update

from devdesk.demo.people import People
from devdesk.demo.task_texts import WORDS
from service.core import actor
from service.core.actor import Actor
from service.core.outbox import OutboxRow
from service.core.time import now
from service.tasks import (
    analysis,
    assignment,
    attachments,
    briefing,
    parameters,
    red_line,
    submission,
    understanding,
)
from service.tasks import delivery as delivery_step
from service.tasks.submission import DeliveryKey, TaskRequest
from service.tasks.task import Task, find
from tenants import isolation
from tenants.isolation import AccessScope, db

# The number of outbox rows left to the workers, so that a start sends a handful of mails and no
# flood.
LEFT_OPEN = 6


@dataclass(frozen=True)
class Errand:
    """A task of this minute: what is wanted, its category and term in hours, the texts of its
    steps, and how far it gets."""

    text: str
    category: str = ""
    hours: float = 24
    retelling: str = ""
    plan: str = ""
    points: tuple[tuple[str, str], ...] = ()
    delivery: str = ""
    quantity: Decimal | None = None
    file: tuple[str, str] = ("", "")


PAGE, CARD = (WORDS / "huila.txt").read_text(encoding="utf-8").strip().split("\n\nSHELF CARD\n")
ERRANDS = (
    Errand(
        "Book two seats Riga to Copenhagen for Mikko and me, out on the 9th in the morning, back on"
        " the 11th, and a hotel near the roasting fair, up to 140 a night.",
        "booking",
        20,
    ),
    Errand(
        "Write a page about our new filter coffee from Huila, 1,000 characters, warm but not sweet."
        " It goes on the shelf in Espoo as well.",
        "copywriting",
        40,
        "You want a page about the Huila filter coffee, 1,000 characters for the site and the same"
        " words cut to a shelf card for Espoo.",
        "I read Pekka's cupping notes, write the page, then cut the card out of it.",
        (("as well", "the same words cut to a shelf card"),),
        f"The page about Huila: {len(PAGE)} characters, three headings, one line on where it is"
        f" sold. The shelf card has {len(CARD)}. Both are in the file.",
        Decimal("1.2"),
        ("huila.txt", f"{PAGE}\n\n{CARD}\n"),
    ),
    Errand(
        "For the spring menu we look for oat milk that foams well. Find suppliers who deliver to"
        " Finland and compare prices for 400 litres a month.",
        "research",
        76,
        "You want to change the oat milk for the spring menu. I look for makers whose milk is sold"
        " as a barista edition, at least 3 % fat, who deliver cold to all three cafés in Helsinki"
        " and Espoo, and compare them at 400 litres a month.",
        "Eight makers by mail and phone today, samples asked for, one table of at least six"
        " tomorrow.",
        (
            ("foams well", "barista edition, at least 3 % fat"),
            ("deliver to Finland", "deliver cold to all three cafés in Helsinki and Espoo"),
            ("suppliers", "one table of at least six"),
        ),
    ),
    Errand(
        "Something for the anniversary, you decide, but nice. Pekka turns 60 and hates surprises."
    ),
)


def play(who: People) -> None:
    """Submit each task and take it as far as it has texts; all outbox rows but the last few are
    marked as done."""
    ingrid, anna, firm = who.firms["demo"].people["ingrid"], who.staff["anna"], who.firms["demo"]
    client, assistant = (
        actor.client(ingrid.id, name=ingrid.name),
        actor.staff(anna.id, "assistant", name=anna.name),
    )
    scopes = (
        isolation.client(ingrid.id, firm.id, owner=True),
        isolation.assistant(anna.id, anna.trades),
    )
    for errand in ERRANDS:
        _lead(errand, client, firm.id, assistant, *scopes)
    with isolation.transaction(isolation.system("demo")):
        newest = select(OutboxRow.id).order_by(OutboxRow.id.desc()).limit(LEFT_OPEN)
        db.session.execute(
            update(OutboxRow).where(OutboxRow.id.not_in(newest)).values(done_at=func.now())
        )


def _lead(
    errand: Errand,
    client: Actor,
    company_id: int,
    assistant: Actor,
    client_scope: AccessScope,
    assistant_scope: AccessScope,
) -> None:
    with isolation.transaction(client_scope):
        raw = submission.raw_of({"text": errand.text})
        task_id = submission.hand_over(
            TaskRequest(errand.text),
            client,
            company_id,
            kept=DeliveryKey("web", str(company_id), errand.text[:60], raw),
        ).id
    if not errand.category:
        return
    with isolation.transaction(isolation.system("demo")):
        analysis.apply_triage(
            find(task_id), errand.category, 0.91, now() + timedelta(hours=errand.hours), sure=True
        )
    for act, scope in _steps(errand, client, assistant, client_scope, assistant_scope):
        with isolation.transaction(scope):
            act(find(task_id))


def _steps(
    errand: Errand,
    client: Actor,
    assistant: Actor,
    client_scope: AccessScope,
    assistant_scope: AccessScope,
) -> list[tuple[Callable[[Task], object], AccessScope]]:
    """Yield who does what, as far as there are texts for it."""
    steps: list[tuple[Callable[[Task], object], AccessScope]] = []
    if errand.retelling:
        steps += [
            (lambda task: assignment.claim(task, assistant), assistant_scope),
            (lambda task: briefing.brief(task, assistant), assistant_scope),
            (
                lambda task: understanding.retell(
                    task,
                    assistant,
                    errand.retelling,
                    errand.plan,
                    quantity=errand.quantity,
                    points=errand.points,
                ),
                assistant_scope,
            ),
        ]
    if errand.delivery:
        steps += [
            (lambda task: _confirm(task, client), client_scope),
            (lambda task: red_line.report(task, assistant, 60, on_time=True), assistant_scope),
            (lambda task: _deliver(task, assistant, errand), assistant_scope),
        ]
    return steps


def _confirm(task: Task, client: Actor) -> None:
    retelling = understanding.last_retelling(task)
    assert retelling is not None  # it was retold in the step before
    understanding.confirm(task, client, retelling.id)


def _deliver(task: Task, assistant: Actor, errand: Errand) -> None:
    name, content = errand.file
    attachments.attach(task, assistant, name, "text/plain", BytesIO(content.encode()), "delivery")
    answers = [
        {"id": criterion.id, "met": True, "note": "Read twice, once aloud."}
        for criterion in parameters.criteria_of(task)
    ]
    delivery_step.deliver(task, assistant, errand.delivery, answers)
