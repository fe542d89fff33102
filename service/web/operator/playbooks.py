"""Playbooks of the categories, written by operators and supervisors."""

from __future__ import annotations

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.access import auth, forms
from service.catalogue import playbooks
from service.catalogue.categories import category as kind_of
from service.core.errors import InvalidInput
from service.core.language import LANGUAGES
from service.web.operator.blueprint import pages, requires_desk
from tenants.isolation import db


@pages.get("/desk/playbooks")
@requires_desk
def read_playbooks() -> ResponseReturnValue:
    """Show all categories, with the playbooks that exist."""
    return render_template("operator/playbooks.html", written=playbooks.written())


@pages.get("/desk/playbooks/<code>")
@requires_desk
def playbook(code: str) -> ResponseReturnValue:
    """Show a category's playbook in both languages."""
    return _playbook(code)


@pages.post("/desk/playbooks/<code>")
@requires_desk
def write_playbook(code: str) -> ResponseReturnValue:
    """Save a playbook in both languages."""
    texts = {language: forms.words(language, playbooks.MAX_TEXT + 1) for language in LANGUAGES}
    playbooks.all_of(code)
    try:
        for language, text in texts.items():
            playbooks.write(code, language, text, auth.me().person_id or 0)
    except InvalidInput as error:
        db.session.rollback()
        return _playbook(code, error, texts)
    flash(_("Saved. Assistants with this skill see it next to their tasks."))
    return redirect("/desk/playbooks", 303)


def _playbook(
    code: str, error: InvalidInput | None = None, texts: dict[str, str] | None = None
) -> ResponseReturnValue:
    found = {language: one.text for language, one in playbooks.all_of(code).items()}
    return render_template(
        "operator/playbook.html",
        kind_of=kind_of(code),
        texts=texts or found,
        errors=error.errors if error else {},
    ), error.status if error else 200
