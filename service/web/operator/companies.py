"""Client companies: the list, one company, and the proposed lines of its handbook."""

from __future__ import annotations

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from service.access import auth
from service.billing import ledger
from service.core import paging
from service.core.errors import DomainError, NotFound
from service.core.ids import id_of
from service.tasks import lessons, lists
from service.tasks.lists import PAGE_SIZE
from service.web.operator.blueprint import pages, requires_desk
from tenants import handbook, membership
from tenants.company import Company, newest
from tenants.isolation import db


@pages.get("/desk/companies")
@requires_desk
def companies() -> ResponseReturnValue:
    """Show all client companies."""
    rows = newest(id_of(request.args.get("after")), PAGE_SIZE + 1)
    page = paging.cut(rows, PAGE_SIZE, lambda row: str(row.id))
    return render_template(
        "operator/companies.html",
        rows=page.rows,
        next=page.next,
        tasks=lists.handed_over([row.id for row in page.rows]),
    )


@pages.get("/desk/companies/<int:company_id>")
@requires_desk
def company(company_id: int) -> ResponseReturnValue:
    """Show one company: people, tasks, balance."""
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
    """Add a proposed line to a company's handbook, or dismiss it."""
    try:
        lessons.decide(
            company_id, lesson_id, auth.me(), accept=request.form.get("verdict") == "accept"
        )
    except DomainError as error:
        db.session.rollback()
        flash(error.detail, "error")
    return redirect(f"/desk/companies/{company_id}", 303)
