"""Development only: embedded servers, stand-ins of vendors, the demo data, the style guide, the
pseudo language. `tenants`, `service` and `workers` never import it, and the production image is
built without it."""

from __future__ import annotations

from flask import Flask

from service.core.config import Settings


def extend(app: Flask, conf: Settings) -> None:
    """Add the style guide and the demo's commands to an application, and the pseudo language where
    PSEUDO_LANGUAGE asks for it."""
    from devdesk import commands, pseudo, styleguide

    app.register_blueprint(styleguide.pages)
    app.cli.add_command(commands.demos)
    if conf.pseudo_language == "on":
        pseudo.install()
