"""Steps of a client on a task: one route for each change."""

from __future__ import annotations

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms
from service.core.errors import DomainError, InvalidInput
from service.tasks import (
    acceptance,
    cancelling,
    delivery,
    parameters,
    questions,
    review,
    understanding,
)
from service.tasks.parameters import Parameters
from service.tasks.task import Task
from service.tasks.task_state import TaskState
from service.web.client.blueprint import pages
from service.web.client.task import back, of, page
from service.web.filters import sums


def step(number: int, act: Callable[[Task], object]) -> ResponseReturnValue:
    """Run one step on a task and redirect to its page; an error shows the page with what was
    typed."""
    try:
        task = of(number)
        act(task)
        return back(task)
    except DomainError as error:
        return page(number, error)


@pages.post("/tasks/<int:number>/understanding")
@auth.requires_client
def understand(number: int) -> ResponseReturnValue:
    """Confirm, correct, or take the assistant's proposal."""
    return step(number, judge_retelling)


def judge_retelling(task: Task) -> None:
    """Decide on exactly the retelling that the client saw."""
    seen, verdict = forms.whole("retelling") or 0, request.form.get("verdict", "")
    if verdict == "corrected":
        understanding.correct(task, auth.me(), seen, _correction(task))
    elif verdict in ("confirmed", "proposal_accepted"):
        understanding.confirm(task, auth.me(), seen, proposal=verdict == "proposal_accepted")
    else:
        raise InvalidInput({"verdict": _("Confirm or correct it")})


def _correction(task: Task) -> str:
    """Return what is different: the points that were answered one by one, then the free text."""
    told = understanding.last_retelling(task)
    fixed = [
        (point["words"], forms.words(f"fix-{n}", 1001).strip())
        for n, point in enumerate(told.differences if told else (), 1)
    ]
    return "\n".join(
        [*(f"“{words}”: {said}" for words, said in fixed if said), forms.words("note").strip()]
    ).strip()


@pages.post("/tasks/<int:number>/answers")
@auth.requires_client
def answer(number: int) -> ResponseReturnValue:
    """Answer a question."""
    return step(number, answer_question)


def answer_question(task: Task) -> None:
    """Answer with the text or the chosen option, which has to be one that was offered."""
    number, option = forms.whole("question") or 0, request.form.get("option")
    with forms.errors_at({"text": f"answer-{number}"}):
        if option and option not in {
            offered
            for question in questions.questions_of(task)
            if question.id == number
            for offered in question.options
        }:
            raise InvalidInput({"text": _("Choose one of the options")})
        words = [words for words in (option, forms.words("text")) if words]
        questions.answer(task, auth.me(), number, "\n\n".join(words))


@pages.post("/tasks/<int:number>/acceptance")
@auth.requires_client
def accept(number: int) -> ResponseReturnValue:
    """Score the delivery."""
    return step(number, score_delivery)


def score_delivery(task: Task) -> None:
    """Decide on the delivery, with a score where one is typed, and perhaps praise and a tip."""
    praise, tip = forms.words("praise").strip(), forms.money("tip", task.currency)
    score, then = _chosen(task)
    acceptance.accept(task, auth.me(), score, forms.words("comment"), then)
    if (praise or tip) and task.state == TaskState.ACCEPTED:
        _thank(task, praise or _("Thank you"), tip)


def _chosen(task: Task) -> tuple[int | None, str | None]:
    """Return the percentage and the action. Where the button names one ("settle-60") and another is
    typed beside it, nothing is charged until the button shows that one. Raises InvalidInput."""
    score = forms.whole("score")
    then, _dash, named = request.form.get("then", "").partition("-")
    if (
        named.isdecimal()
        and score is not None
        and score != int(named[:3])
        and 0 <= score < delivery.SUCCESS
    ):
        part = sums.money(acceptance.share_of(task.price or 0, score, task.currency), task.currency)
        raise InvalidInput(
            {
                "score": _(
                    "At %(share)s %% you pay %(sum)s. To confirm, press the button with that "
                    "amount.",
                    share=score,
                    sum=part,
                )
            }
        )
    if named.isdecimal() and score is None:
        score = int(named[:3])
    return score, then or None


@pages.post("/tasks/<int:number>/praise")
@auth.requires_client
def praise(number: int) -> ResponseReturnValue:
    """Thank the assistant."""
    return step(
        number,
        lambda task: _thank(task, forms.words("praise"), forms.money("tip", task.currency)),
    )


@forms.errors_at({"text": "praise"})
def _thank(task: Task, words: str, tip: int | None) -> None:
    review.praise(task, auth.me(), words, tip)


@pages.post("/tasks/<int:number>/cancellation")
@auth.requires_client
def cancel(number: int) -> ResponseReturnValue:
    """Cancel the task."""
    return step(number, lambda task: cancelling.cancel(task, auth.me(), forms.words("reason")))


@pages.post("/tasks/<int:number>/parameters")
@auth.requires_client
def change(number: int) -> ResponseReturnValue:
    """Change outcome, criteria, quantity, budget, deadline, priority."""
    return step(number, lambda task: parameters.change(task, auth.me(), wanted_parameters(task)))


def wanted_parameters(task: Task) -> Parameters:
    """Return the parameters of the form; an empty field leaves the value unchanged."""
    return Parameters(
        outcome=forms.words("outcome") or None,
        criteria=forms.lines("criteria") or None,
        deadline_at=forms.moment("deadline_at"),
        deadline_fixed=bool(request.form.get("deadline_fixed")),
        budget=forms.money("budget", task.currency),
        quantity=forms.decimal("quantity"),
        category=request.form.get("category", "")[:30] or None,
        priority=request.form.get("priority", "")[:10] or None,
    )
