"""A page with every component of the product in every state, made with the macros of the real
pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from devdesk.guide_charts import samples
from devdesk.guide_texts import exchanges
from service.access import auth
from service.core.drafts import SavedFilter
from service.core.event_kinds import EventKind
from service.core.time import now
from service.messages.message import Message
from service.tasks.attachments import Attachment
from service.tasks.delivery import Delivery
from service.tasks.events import Event
from service.tasks.lists import Row
from service.tasks.questions import Question
from service.tasks.red_line import Report
from service.tasks.task import Task
from service.tasks.understanding import Retelling
from service.web.ruler import Stretch

ANNA, INGRID = 2, 3
pages = Blueprint("styleguide", __name__, template_folder="templates")


@dataclass
class Sample:
    """What the macros read of a task's page, without a database."""

    task: Task
    names: dict[int, str] = field(
        default_factory=lambda: {ANNA: "Anna Berzina", INGRID: "Ingrid Lindqvist"}
    )
    holder: str = "Anna"
    more: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """Return a value of `more`."""
        try:
            return self.__dict__["more"][name]
        except KeyError:
            raise AttributeError(name) from None


@pages.route("/desk/styleguide", methods=["GET", "POST"])
@auth.requires_staff(*auth.STAFF)
def styleguide() -> ResponseReturnValue:
    """Show all components. Forms sent from it have no effect."""
    if request.method == "POST":
        return redirect("/desk/styleguide", 303)
    at = now()
    terms = _terms(at)
    return render_template(
        "operator/styleguide.html",
        pictures=samples(),
        exchanges=exchanges(),
        terms=terms,
        ruled=terms[3][1],
        late=terms[6][1],
        short=_task(at, -0.3, 0.45, "working"),
        it=_sample(at),
        stretch=Stretch(at - timedelta(hours=20), at + timedelta(days=4)),
        talk=_talk(at),
        attachments=_files(),
        rows=[
            Row(
                task,
                "Lindqvist Coffee Roasters Oy",
                "Ingrid Lindqvist",
                "Anna Berzina",
                "Europe/Helsinki",
            )
            for _name, task in terms[:7]
        ],
        events=[
            Event(id=n, kind=kind, at=at - timedelta(hours=9 - n), by_id=by, facts={})
            for n, (kind, by) in enumerate(
                [
                    (EventKind.TASK_RECEIVED, INGRID),
                    (EventKind.TASK_CLAIMED, ANNA),
                    (EventKind.TASK_RETOLD, ANNA),
                ]
            )
        ],
        kept_filters=[
            SavedFilter(id=1, name=_("Late in Baltic hours"), query="state=late"),
            SavedFilter(id=2, name=_("All bookkeeping"), query="trade=accounting"),
        ],
        here_now=[
            SimpleNamespace(name=name, answering=answers)
            for name, answers in (("Vera Sokolova", False), ("Anna Berzina", True))
        ],
        loads=[
            (SimpleNamespace(id=n, name=name, zone=zone), held, most)
            for n, (name, zone, held, most) in enumerate(
                [
                    ("Anna Berzina", "Europe/Riga", 2, 7),
                    ("Екатерина Соловьёва-Рождественская", "Asia/Almaty", 5, 5),
                    ("João Teixeira", "Europe/Lisbon", 8, 6),
                ]
            )
        ],
        errors_shown={
            "s-date": _("Choose a deadline in the future"),
            "s-budget": _("Enter an amount, like 200 or 200.50"),
        },
    )


def _task(at: datetime, began: float, ends: float, state: str, **more: Any) -> Task:
    """Return a task whose term began and ends so many hours from now, with the red line in the
    middle."""
    start, end = at + timedelta(hours=began), at + timedelta(hours=ends)
    return Task(
        id=1,
        number=1048,
        company_id=1,
        person_id=INGRID,
        holder_id=ANNA,
        language="en",
        channel="web",
        state=state,
        category="research",
        title="Oat milk suppliers for the spring menu, who deliver to Finland",
        text=(
            "We look for oat milk that foams well. Find suppliers who deliver to Finland by the end"
            " of the week."
        ),
        currency="EUR",
        price=16000,
        priority="ordinary",
        created_at=start,
        deadline_at=end,
        **{"red_line_at": start + (end - start) / 2, **more},
    )


def _terms(at: datetime) -> list[tuple[str, Task]]:
    """Return each state of the term line with its name."""
    return [
        (_("Planned"), _task(at, -1, 60, "queued")),
        (_("Just begun"), _task(at, -0.5, 48, "working")),
        (_("On track"), _task(at, -20, 60, "working")),
        (_("Red line near"), _task(at, -24, 26, "working")),
        (_("Past the red line"), _task(at, -60, 20, "working")),
        (
            _("Paused"),
            _task(at, -28, 60, "retold", waiting_since=at, waiting_for="client"),
        ),
        (_("Overdue"), _task(at, -70, -3, "working")),
        (_("Under an hour"), _task(at, -0.3, 0.45, "working")),
        (
            _("Delivered on time"),
            _task(at, -90, 12, "accepted", delivered_at=at - timedelta(hours=3), score=92),
        ),
        (
            _("Delivered late"),
            _task(at, -90, -9, "accepted", delivered_at=at - timedelta(hours=3), score=84),
        ),
    ]


def _sample(at: datetime) -> Sample:
    """Return a task with a retelling and a proposal, a question, reports and a delivery."""
    task = _task(at, -28, 60, "retold", waiting_since=at - timedelta(hours=2), waiting_for="client")
    return Sample(
        task,
        more={
            "retelling": Retelling(
                id=1,
                by_id=ANNA,
                at=at - timedelta(hours=2),
                plan="Eight makers by mail and phone.",
                price=16000,
                text=(
                    "You want to change the oat milk. I compare at least six makers who deliver"
                    " cold."
                ),
                differences=[
                    {"words": "suppliers", "exact": "at least six makers"},
                    {"words": "deliver to Finland", "exact": "deliver cold"},
                ],
                deadline_at=task.deadline_at,
                proposal="Start from a list I have, ask the best four.",
                proposal_price=11200,
                proposal_deadline_at=at + timedelta(hours=40),
            ),
            "questions": [
                Question(
                    id=7,
                    by_id=ANNA,
                    at=at - timedelta(hours=1),
                    text="Litres a month, or a week?",
                    options=["A month", "A week"],
                )
            ],
            "reports": [
                Report(id=1, at=at - timedelta(hours=5), progress=60, on_time=True, help=""),
                Report(
                    id=2,
                    at=at - timedelta(hours=4),
                    progress=35,
                    on_time=False,
                    help="Two makers answer on Monday only.",
                ),
            ],
            "delivery": Delivery(
                id=1,
                by_id=ANNA,
                at=at - timedelta(hours=1),
                text="One table with six makers, and what each of them foams like.",
                criteria=[
                    {"text": "Six makers or more", "met": True, "note": "rows 2 to 7"},
                    {"text": "A price for 400 litres", "met": False, "note": ""},
                ],
            ),
        },
    )


def _talk(at: datetime) -> list[Message | Event]:
    said = (
        (INGRID, "email", "Please keep our present supplier out of it for now."),
        (ANNA, "web", "I will. May I write to the one in Tartu?"),
        (INGRID, "sms", "Да, в Тарту можно."),
    )
    words = [
        Message(
            id=n, author_id=who, channel=channel, text=text, created_at=at - timedelta(hours=5 - n)
        )
        for n, (who, channel, text) in enumerate(said)
    ]
    return [
        words[0],
        Event(
            id=1,
            kind=EventKind.TASK_RED_LINE,
            at=at - timedelta(hours=4),
            by_id=ANNA,
            facts={"progress": 60},
        ),
        *words[1:],
    ]


def _files() -> list[Attachment]:
    return [
        Attachment(
            id=1,
            name="lease-a, signed by the landlord, final version 3, with its annexes.pdf",
            type="application/pdf",
            size=1_468_006,
        ),
        Attachment(id=2, name="фасад.jpg", type="image/jpeg", size=240_000),
        Attachment(id=3, name="voice.webm", type="audio/webm", size=96_000),
    ]
