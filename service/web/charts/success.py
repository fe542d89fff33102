"""Charts of success at the deadline, and what to improve in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from service.core.text import to_translate
from service.insight.shapes import Share, Shares, StepPair, Steps
from service.insight.success import Group, Ranked, Step
from service.web import words
from service.web.charts.labels import heard, in_time, per_cent, spoken, tasks
from service.web.filters import work

STEP_WORDS = {
    "criteria": (_l("Criteria"), _l("custom"), _l("standard one only")),
    "confirmed": (_l("Retelling"), _l("confirmed at once"), _l("corrected first")),
    "unasked": (_l("Questions"), _l("no questions needed"), _l("question asked")),
    "reported": (_l("Red line"), _l("reported on time"), _l("reported later")),
}


def success_heads(first: str) -> tuple[str, ...]:
    """Return the column headings of a table of success rates."""
    return (first, in_time(), _("Accepted"), _("Average score"))


def by_category(whole: Group, kinds: Sequence[Group]) -> Shares:
    """Return success of all tasks and of each category."""
    rows = [
        _of_group(_("All tasks"), whole),
        *(_of_group(work.kind(group.key), group) for group in kinds),
    ]
    return Shares(
        rows,
        success_heads(_("Category")),
        _("Success by category"),
        spoken(_("Success by category"), rows),
        mark=80,
    )


def of_steps(found: Sequence[Step]) -> Steps:
    """Return success with each step of the method and without it."""
    pairs = [_pair(step) for step in found]
    told = "; ".join(
        f"{pair.name}: "
        + ", ".join(f"{one.label} {heard(one.value)}" for one in (pair.taken, pair.left_out))
        for pair in pairs
    )
    return Steps(
        pairs,
        (_("Step"), in_time(), _("Accepted"), _("Average score")),
        _("Success with and without each step"),
        _("Success with and without each step") + f": {told}.",
    )


def _pair(step: Step) -> StepPair:
    name, taken, left_out = STEP_WORDS[step.code]
    return StepPair(
        str(name),
        _of_group(taken, step.taken),
        _of_group(left_out, step.left_out),
        _gain(step.gain),
    )


def _gain(points: int | None) -> str:
    if points is None:
        return _("Nothing to compare yet.")
    if points == 0:
        return _("No difference.")
    if points > 0:
        return ngettext(
            "The first group is %(num)s point higher.",
            "The first group is %(num)s points higher.",
            points,
        )
    return ngettext(
        "The first group is %(num)s point lower.",
        "The first group is %(num)s points lower.",
        -points,
    )


def of_ranked(about: str, first: str, rows: Sequence[Ranked]) -> Shares:
    """Return people or companies with their success and what to improve."""
    shown = [_of_group(one.name, one.group, advice(one)) for one in rows]
    return Shares(shown, (*success_heads(first), _("Advice")), about, spoken(about, shown), mark=80)


def _of_group(label: str, group: Group | None, note: str = "") -> Share:
    if group is None:
        return Share(str(label), None, "–", tasks(0), ("–", "0", "–"), note)
    return Share(
        str(label),
        group.percent,
        per_cent(group.percent),
        tasks(group.accepted),
        (per_cent(group.percent), str(group.accepted), per_cent(group.score)),
        note,
    )


# What to improve, by what weighs most: the sentence, and which figure of the group it names.
ADVICE = {
    "late": (
        to_translate("Take fewer tasks at a time: %(count)s of %(total)s were delivered late."),
        "late",
    ),
    "red_line": (
        to_translate("Report by the red line: %(count)s of %(total)s reports were late."),
        "red_line_late",
    ),
    "retelling": (
        to_translate(
            "Read the brief again and ask before retelling: %(count)s of %(total)s retellings were"
            " corrected."
        ),
        "corrected",
    ),
    "score": (
        to_translate(
            "Check the criteria before delivering: %(count)s of %(total)s tasks scored below 80 %%."
        ),
        "below",
    ),
    "criteria": (
        to_translate(
            "Set custom criteria: %(count)s of %(total)s tasks had only the standard one."
        ),
        "usual_criterion",
    ),
    "brief": (
        to_translate(
            "When handing over, also say what is not wanted: %(count)s of %(total)s retellings"
            " had to be corrected."
        ),
        "corrected",
    ),
    "questions": (
        to_translate(
            "Tell more when handing over: %(count)s of %(total)s tasks needed a question."
        ),
        "asked",
    ),
    "urgent": (to_translate("Mark fewer tasks as urgent: %(count)s of %(total)s were."), "urgent"),
}


def advice(one: Ranked) -> str:
    """Return what to improve, in a sentence with the numbers it comes from."""
    if one.advice == "slow":
        time = words.span(timedelta(seconds=one.group.waited_s))
        return _("Reply sooner: tasks wait %(time)s for a reply on average.", time=time)
    if one.advice not in ADVICE:
        return _("No issues.")
    sentence, figure = ADVICE[one.advice]
    return _(sentence, count=getattr(one.group, figure), total=one.group.accepted)
