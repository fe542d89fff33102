"""Bounds of texts: written once, the same in REST, on pages and in the steps."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from service.api import bodies
from service.core.errors import InvalidInput
from service.tasks import bounds, cancelling, questions, red_line, review, understanding
from service.tasks.task import find
from tenants import isolation

ROOT = Path(__file__).resolve().parent.parent.parent
# Each field of a REST body that carries people's words, with its bound.
FIELDS = {
    (bodies.HandOver, "text"): bounds.TASK_TEXT,
    (bodies.CriterionText, "text"): bounds.CRITERION,
    (bodies.NewParameters, "outcome"): bounds.OUTCOME,
    (bodies.Decision, "reason"): bounds.DECISION_REASON,
    (bodies.Why, "reason"): bounds.RETURN_REASON,
    (bodies.Another, "text"): bounds.PROPOSAL,
    (bodies.Point, "words"): bounds.CLARIFIED,
    (bodies.Point, "exact"): bounds.CLARIFIED,
    (bodies.NewRetelling, "text"): bounds.RETELLING,
    (bodies.NewRetelling, "plan"): bounds.PLAN,
    (bodies.Verdict, "note"): bounds.CORRECTION,
    (bodies.RedLine, "help"): bounds.HELP,
    (bodies.Met, "note"): bounds.CRITERION_NOTE,
    (bodies.Delivery, "text"): bounds.DELIVERY,
    (bodies.Score, "comment"): bounds.COMMENT,
    (bodies.Resolution, "reason"): bounds.RESOLUTION_REASON,
    (bodies.Thanks, "text"): bounds.PRAISE,
    (bodies.Stop, "reason"): bounds.CANCEL_REASON,
    (bodies.NewQuestion, "text"): bounds.QUESTION,
    (bodies.NewAnswer, "text"): bounds.ANSWER,
    (bodies.NewMessage, "text"): bounds.MESSAGE,
}
WORDS = {"text", "reason", "note", "plan", "outcome", "help", "comment", "words", "exact"}


def most_in_openapi(model, name):
    """The longest text that OpenAPI says a field takes."""
    schema = model.model_json_schema()["properties"][name]
    return next(
        one["maxLength"] for one in (schema, *schema.get("anyOf", ())) if "maxLength" in one
    )


@pytest.mark.parametrize(("field", "bound"), FIELDS.items(), ids=lambda one: str(one)[:60])
def test_rest_publishes_the_bound_of_the_step(field, bound):
    assert most_in_openapi(*field) == bound.most


def test_every_text_of_a_body_is_in_the_table():
    models = [one for one in vars(bodies).values() if isinstance(one, type)]
    texts = {
        (model, name)
        for model in models
        if issubclass(model, bodies.Body)
        for name in getattr(model, "model_fields", {})
        if name in WORDS and (model, name) != (bodies.Resolution, "outcome")  # one of four words
    }
    assert texts == set(FIELDS)


def test_no_step_has_a_bound_of_its_own():
    """A length is compared with `bounds`, not with a figure; those up to 150 are of other things:
    a title that ends in a clause, the end of a file's name."""
    own = [
        f"{path.name}:{node.lineno}"
        for path in sorted((ROOT / "service" / "tasks").glob("*.py"))
        if path.name != "bounds.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and any("len(" in ast.unparse(part) for part in (node.left, *node.comparators))
        and any(
            isinstance(part, ast.Constant) and isinstance(part.value, int) and part.value > 150
            for part in (node.left, *node.comparators)
        )
    ]
    assert own == []


@pytest.mark.parametrize(
    ("template", "field", "bound"),
    [
        ("assistant/bench.html", "reason", bounds.RETURN_REASON),
        ("client/task.html", "reason", bounds.CANCEL_REASON),
        ("operator/parts.html", "reason", bounds.RETURN_REASON),
        ("operator/task.html", "reason", bounds.CANCEL_REASON),
        ("operator/decisions.html", "reason", bounds.DECISION_REASON),
        ("assistant/stages.html", "words", bounds.CLARIFIED),
        ("assistant/stages.html", "note-", bounds.CRITERION_NOTE),
    ],
)
def test_a_field_of_a_page_takes_as_much_as_the_step(template, field, bound):
    source = (ROOT / "templates" / template).read_text(encoding="utf-8")
    names = re.findall(rf"{field}[^<]*?bounds\.(\w+)\.most", source)
    assert bound in [getattr(bounds, name) for name in names]


def test_no_page_writes_a_bound_of_the_steps_as_a_figure():
    figures = {str(value.most) for value in vars(bounds).values() if isinstance(value, tuple)}
    written = [
        f"{path.name}: {name}={figure}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for name, figure in re.findall(r"(max|maxlength)=\"?(\d+)", path.read_text("utf-8"))
        if figure in figures - {"200", "1000"}  # titles and search words; a point's correction
    ]
    assert written == []


def test_the_step_takes_the_longest_text_and_refuses_one_more(world):
    client, helper = world.client(), world.staff()
    task_id = world.task(client, "retold", helper)
    with isolation.transaction(client.scope):
        task, last = find(task_id), understanding.last_retelling(find(task_id))
        with pytest.raises(InvalidInput):
            understanding.correct(task, client.actor, last.id, "x" * (bounds.CORRECTION.most + 1))
        understanding.correct(task, client.actor, last.id, "x" * bounds.CORRECTION.most)
        with pytest.raises(InvalidInput):
            cancelling.cancel(task, client.actor, "x" * (bounds.CANCEL_REASON.most + 1))
        cancelling.cancel(task, client.actor, "x" * bounds.CANCEL_REASON.most)
    working = world.task(client, "working", helper)
    with isolation.transaction(helper.scope):
        task = find(working)
        for length, fits in ((bounds.HELP.most, True), (bounds.HELP.most + 1, False)):
            if fits:
                red_line.report(task, helper.actor, 50, on_time=True, help_="x" * length)
            else:
                with pytest.raises(InvalidInput):
                    red_line.report(task, helper.actor, 50, on_time=True, help_="x" * length)
        with pytest.raises(InvalidInput):
            questions.ask(task, helper.actor, "x" * (bounds.QUESTION.most + 1))
        questions.ask(task, helper.actor, "x" * bounds.QUESTION.most)
    accepted = world.task(client, "accepted", helper)
    with isolation.transaction(client.scope):
        with pytest.raises(InvalidInput):
            review.praise(find(accepted), client.actor, "x" * (bounds.PRAISE.most + 1))
        review.praise(find(accepted), client.actor, "x" * bounds.PRAISE.most)
