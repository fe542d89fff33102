"""Reports for operators and supervisors."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from service.access.locale import here
from service.insight import arrivals, leaving, success, waits
from service.tasks import workload
from service.web.charts import flow
from service.web.charts.success import by_category, of_ranked, of_steps
from service.web.operator.blueprint import pages, requires_desk


@pages.get("/desk/reports")
@requires_desk
def reports() -> ResponseReturnValue:
    """Show success at the deadline by several breakdowns, how long clients take, what came in, the
    current load, and how fast messages are sent."""
    found, weeks = success.success(), arrivals.by_week(here())
    return render_template(
        "operator/reports.html",
        found=found,
        leaving=leaving.handed_over_in_time(),
        kinds=found.whole and by_category(found.whole, found.kinds),
        steps=of_steps(found.steps),
        ranked=of_ranked,
        waited=flow.of_waits(waits.waits()),
        weeks=flow.came_in(weeks),
        channels=flow.by_channel(weeks),
        load=flow.of_load([(person.name, held, limit) for person, held, limit in workload.loads()]),
    )
