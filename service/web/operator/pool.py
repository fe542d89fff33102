"""The pool, the companies, the figures."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms
from service.access.locale import here
from service.billing import ledger
from service.catalogue.categories import all_categories
from service.core.errors import DomainError, NotFound
from service.insight import arrivals, leaving, success, waits
from service.tasks import lessons, lists
from service.web.charts import flow
from service.web.charts.success import by_category, of_ranked, of_steps
from service.web.operator.blueprint import pages, requires_desk
from tenants import handbook, membership
from tenants.company import Company, page_of
from tenants.isolation import db
from tenants.membership import Staff


@pages.get("/desk/pool")
@requires_desk
def pool() -> ResponseReturnValue:
    """Each assistant with trades, load and limit; who has most places free first."""
    loads = sorted(lists.loads(), key=lambda load: load[1] - load[2])
    staff = {
        one.person_id: one
        for one in membership.assistants([person.id for person, _held, _limit in loads])
    }
    return render_template("operator/pool.html", loads=loads, staff=staff)


@pages.post("/desk/pool/<int:person_id>")
@requires_desk
def change_pool(person_id: int) -> ResponseReturnValue:
    """Change an assistant's trades, limit and team."""
    one = db.session.get(Staff, person_id)
    if one is None or one.role != "assistant":
        raise NotFound
    one.trades = [code for code in request.form.getlist("trade") if code in all_categories()]
    one.held_limit = min(100, max(0, forms.whole("held_limit") or 0))
    one.team = " ".join(forms.words("team", 60).split())
    db.session.flush()
    flash(_("Kept."))
    return redirect("/desk/pool", 303)


@pages.get("/desk/companies")
@requires_desk
def companies() -> ResponseReturnValue:
    """All client companies."""
    rows, after = page_of(request.args.get("after"))
    return render_template(
        "operator/companies.html",
        rows=rows,
        next=after,
        tasks=lists.handed_over([row.id for row in rows]),
    )


@pages.get("/desk/companies/<int:company_id>")
@requires_desk
def company(company_id: int) -> ResponseReturnValue:
    """One company: people, tasks, balance."""
    found = db.session.get(Company, company_id)
    if found is None:
        raise NotFound
    return render_template(
        "operator/company.html",
        company=found,
        members=membership.members(company_id),
        owed=ledger.balance(company_id),
        page=lists.of_company(company_id, limit=20),
        book=handbook.lines_of(handbook.of(company_id)),
        lessons=lessons.waiting(company_id),
    )


@pages.post("/desk/companies/<int:company_id>/lessons/<int:lesson_id>")
@requires_desk
def decide_lesson(company_id: int, lesson_id: int) -> ResponseReturnValue:
    """Take a proposed line into a company's handbook, or drop it."""
    try:
        lessons.decide(
            company_id, lesson_id, auth.me(), accept=request.form.get("verdict") == "accept"
        )
    except DomainError as error:
        db.session.rollback()
        flash(error.detail, "error")
    return redirect(f"/desk/companies/{company_id}", 303)


@pages.get("/desk/reports")
@requires_desk
def reports() -> ResponseReturnValue:
    """Success at the dead line each way, how long clients take, what came in, the load now, how
    fast messages leave."""
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
        load=flow.of_load([(person.name, held, limit) for person, held, limit in lists.loads()]),
    )
