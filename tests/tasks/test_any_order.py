"""Whatever is tried, in whatever order and by whomever: a step is refused with a sentence or it is
one that the table allows."""

from __future__ import annotations

import itertools
import random
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text

from service.billing import charges
from service.core.actor import ASSISTANT, CLIENT, OPERATOR, SYSTEM, THE_SYSTEM
from service.core.errors import DomainError, NotAllowed
from service.core.event_handlers import EVENT_HANDLERS
from service.core.time import now
from service.tasks import (
    acceptance,
    analysis,
    assignment,
    briefing,
    cancelling,
    delivery,
    parameters,
    questions,
    red_line,
    review,
    states,
    understanding,
)
from service.tasks.events import Event
from service.tasks.states import ASSIGNED_STATES, TRANSITIONS
from service.tasks.task import Task, find
from tenants import isolation
from tenants.isolation import db
from tests.factory import at_once, soon
from tests.talk import waiting_questions
from workers import jobs


def _last(task, kind):
    found = kind(task)
    return found.id if found else 1


_figures = itertools.cycle([None, 0, 40, 60, 79, 80, 95, 100])
_outcomes = itertools.cycle(["rework", "settle", "accept", "cancel", "rework"])


def _answers(task):
    """Every third delivery meets what was asked, the others do not."""
    return [
        {"id": c.id, "met": next(_figures) in (None, 40, 95), "note": ""}
        for c in parameters.criteria_of(task)
    ]


def _clock(step):
    """What the clock process does, and nobody else can."""

    def run(task, by):
        if by.kind != SYSTEM or task.alarm not in ("silence", "silence_notice"):
            raise NotAllowed("Only the clock does this.")
        step(task)

    return run


def _stop_delivered(task, by):
    """A task is not stopped before the walk has come as far as a delivery."""
    if task.met_share is None:
        raise NotAllowed("Not so soon.")
    cancelling.cancel(task, by)


# What may be tried: the kind of event that it would bring about, how often, and the call.
ACTIONS = {
    "delegate": (
        "task.queued",
        9,
        lambda task, by: analysis.decide(task, by, "delegate", "research"),
    ),
    "refuse": (
        "task.refused",
        0.3,
        lambda task, by: analysis.decide(task, by, "refuse", reason="Not ours."),
    ),
    "claim": ("task.claimed", 9, assignment.claim),
    "give back": (
        "task.given_back",
        0.5,
        lambda task, by: assignment.give_back(task, by, "I cannot go on."),
    ),
    "brief": ("task.briefed", 9, briefing.brief),
    "retell": (
        "task.retold",
        9,
        lambda task, by: understanding.retell(task, by, "You want three offers compared."),
    ),
    "confirm": (
        "task.understood",
        9,
        lambda task, by: understanding.confirm(task, by, _last(task, understanding.last_retelling)),
    ),
    "correct": (
        "task.corrected",
        2,
        lambda task, by: understanding.correct(
            task, by, _last(task, understanding.last_retelling), "Four offers."
        ),
    ),
    "ask": ("task.asked", 2, lambda task, by: questions.ask(task, by, "Which colour?")),
    "answer": (
        "task.answered",
        4,
        lambda task, by: questions.answer(
            task, by, (waiting_questions(task) or [Event(id=1)])[0].id, "Blue."
        ),
    ),
    "report": ("task.red_line", 6, lambda task, by: red_line.report(task, by, 60, on_time=True)),
    "deliver": (
        "task.delivered",
        9,
        lambda task, by: delivery.deliver(task, by, "Here they are.", _answers(task)),
    ),
    "accept": ("task.accepted", 1, lambda task, by: acceptance.accept(task, by, 90)),
    "accept with or without a figure": (
        "task.accepted",
        1,
        lambda task, by: acceptance.accept(task, by, next(_figures)),
    ),
    "silence notice": ("task.acceptance_notice", 4, _clock(acceptance.on_acceptance_notice)),
    "silence": ("task.silence_ended", 4, _clock(acceptance.accept_by_default)),
    "rework": (
        "task.reworked",
        3,
        lambda task, by: acceptance.accept(task, by, 40, "Too thin.", "rework"),
    ),
    "settle": (
        "task.settled",
        1,
        lambda task, by: acceptance.accept(task, by, 50, "Half.", "settle"),
    ),
    "dispute": (
        "task.disputed",
        3,
        lambda task, by: acceptance.accept(task, by, 10, "Wrong.", "dispute"),
    ),
    "resolve": (
        "task.resolved",
        6,
        lambda task, by: acceptance.resolve(task, by, "rework", "Once more."),
    ),
    "decide": (
        "task.resolved",
        6,
        lambda task, by: acceptance.resolve(task, by, next(_outcomes), "So.", next(_figures)),
    ),
    "praise": ("task.praised", 2, lambda task, by: review.praise(task, by, "Well done.")),
    "move the date": (
        "task.changed",
        1,
        lambda task, by: parameters.change(task, by, parameters.Parameters(deadline_at=soon(50))),
    ),
    "stop what was delivered": ("task.cancelled", 1, _stop_delivered),
    "cancel": ("task.cancelled", 0.03, cancelling.cancel),
}


def _choose(dice, task: Task, who) -> str:
    """Mostly something that could happen now, so that the walk gets somewhere; sometimes anything
    at all."""
    can = states.possible_kinds(task, who.actor)
    fitting = [name for name, (kind, _often, _call) in ACTIONS.items() if kind in can]
    names = fitting if fitting and dice.random() < 0.7 else list(ACTIONS)
    if who.actor.kind == SYSTEM:
        names = ["silence notice", "silence"]
    return dice.choices(names, [ACTIONS[name][1] for name in names])[0]


@pytest.mark.parametrize("seed", range(16))
def test_no_order_of_steps_leaves_the_table(world, seed):
    dice = random.Random(seed)
    client, other, holder, rival, desk = _people(world)
    task_id = world.task(client, dice.choice(["received", "queued"]))
    _walk(
        world, dice, task_id, [client, client, holder, holder, rival, desk, desk, other], other, 80
    )


@pytest.mark.parametrize("seed", range(24))
def test_no_order_of_words_on_a_delivery_charges_on_nobodys_word(world, seed):
    dice = random.Random(seed)
    client, other, holder, rival, desk = _people(world)
    clock = SimpleNamespace(id=None, actor=THE_SYSTEM, scope=isolation.system("test"))
    task_id = world.partly(client, holder, dice.choice([0, 3, 4, 5]), 5)
    _walk(world, dice, task_id, [client, clock, clock, holder, rival, desk, other], other, 24)


def _people(world):
    return world.client(), world.client(), world.staff(), world.staff(), world.staff("operator")


def _walk(world, dice, task_id: int, people, other, turns: int) -> None:
    """Somebody tries something, so many times."""
    for _turn in range(turns):
        before, who = world.load(task_id), dice.choice(people)
        name = _choose(dice, before, who)
        try:
            with isolation.transaction(who.scope):
                ACTIONS[name][2](find(task_id), who.actor)
        except DomainError as refused:
            assert refused.detail or refused.code == "not-found"
            assert world.load(task_id).version == before.version, (
                f"{name} was refused and changed the task"
            )
            continue
        assert who is not other, f"another company did {name}"
        _allowed(before, world.load(task_id), who)
        _charged_on_somebodys_word(task_id)
    _kept_right(world, task_id)


def _allowed(before: Task, after: Task, who) -> None:
    """The events since then are moves of the table, from a state that it may come from, by somebody
    who may."""
    with isolation.transaction(isolation.system("test")):
        kinds = list(
            db.session.scalars(
                select(Event.kind)
                .where(Event.task_id == before.id, Event.kind.in_(TRANSITIONS))
                .order_by(Event.id.desc())
                .limit(1)
            )
        )
    move = TRANSITIONS[kinds[0]]
    assert before.state in move.sources or kinds[0] in (
        "task.reworked",
        "task.cancelled",
        "task.settled",
        "task.accepted",
    )
    assert after.state == (move.target or before.state)
    if who.actor.kind == ASSISTANT:
        assert before.holder_id in (who.id, None)
    assert who.actor.kind in (CLIENT, ASSISTANT, OPERATOR, SYSTEM)


def _charged_on_somebodys_word(task_id: int) -> None:
    """What is charged is at most what was agreed last, and a client or an operator said so; the
    agreed silence from 80 % on."""
    with isolation.transaction(isolation.system("test")):
        task = find(task_id)
        agreed = acceptance.agreed_price(task)
        event = db.session.scalars(
            select(Event)
            .where(Event.task_id == task_id, Event.kind.in_(TRANSITIONS))
            .order_by(Event.id.desc())
            .limit(1)
        ).one()
        was = charges.of_task(task)
        for reaction in set(EVENT_HANDLERS.get(event.kind, ())) & {"charge", "charge_decided"}:
            jobs.HANDLERS[reaction](event)
        made = charges.of_task(task)
        if made is None or was is not None:
            assert made is was
            return
        assert 0 < made.amount == task.price <= agreed
        assert event.by_kind in (CLIENT, OPERATOR) or (
            event.kind == "task.accepted" and task.met_share >= delivery.SUCCESS
        )
        assert event.kind != "task.cancelled" or "agreed" not in event.facts
        if event.kind == "task.settled" or (
            event.kind == "task.resolved" and "score" in event.facts
        ):
            assert made.amount == acceptance.share_of(agreed, event.facts["score"], made.currency)


def _kept_right(world, task_id: int) -> None:
    """What has to be so, wherever the walk ended."""
    task = world.load(task_id)
    with isolation.transaction(isolation.system("test")):
        running = db.session.scalar(
            text("select count(*) from holding where task_id = :id and ended_at is null"),
            {"id": task_id},
        )
        stands = db.session.scalar(
            text("select count(*) from pause where task_id = :id and to_at is null"),
            {"id": task_id},
        )
        delivered = db.session.scalar(
            select(func.count())
            .select_from(Event)
            .where(Event.task_id == task_id, Event.kind == "task.delivered")
        )
        reported = db.session.scalar(
            select(func.count())
            .select_from(Event)
            .where(Event.task_id == task_id, Event.kind == "task.red_line")
        )
    assert running == (1 if task.holder_id else 0)
    assert (task.state in ASSIGNED_STATES) <= (task.holder_id is not None)
    assert stands == (1 if task.waiting_since else 0)
    assert not delivered or reported
    assert (
        task.red_line_at is None or task.deadline_at is None or task.red_line_at <= task.deadline_at
    )


def test_of_six_assistants_at_the_same_instant_one_wins_and_the_others_are_told(world, app):
    client, rivals = world.client(), [world.staff() for _number in range(6)]
    task_id = world.task(client, "queued")
    came = at_once(
        app,
        [(one.scope, lambda one=one: assignment.claim(find(task_id), one.actor)) for one in rivals],
    )
    assert came.count("done") == 1
    assert set(came) <= {"done", "not-now", "not-found"}
    assert world.load(task_id).holder_id in {one.id for one in rivals}


def test_the_limit_holds_when_somebody_takes_several_at_the_same_instant(world, app):
    client, helper = world.client(), world.staff(held_limit=2)
    tasks = [world.task(client, "queued") for _number in range(5)]
    came = at_once(
        app,
        [
            (helper.scope, lambda task_id=task_id: assignment.claim(find(task_id), helper.actor))
            for task_id in tasks
        ],
    )
    assert came.count("done") == 2
    assert sum(world.load(task_id).holder_id == helper.id for task_id in tasks) == 2


def test_a_term_that_ends_while_the_clients_word_is_waited_for_does_not_end_the_task(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "retold", helper)
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            text(
                "update task set deadline_at = now() - interval '1 hour', red_line_at = now() -"
                " interval '5 hours', waiting_since = now() - interval '9 hours' where id = :id"
            ),
            {"id": task_id},
        )
    with isolation.transaction(client.scope):
        task = find(task_id)
        understanding.confirm(task, client.actor, understanding.last_retelling(task).id)
    task = world.load(task_id)
    assert task.state == "working"
    assert now() < task.red_line_at < task.deadline_at
