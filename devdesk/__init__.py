"""What only development needs: embedded servers, stand-ins of vendors, the demo desk, the style
guide, longer words. The three floors never import it, and the production image is built without."""

from __future__ import annotations

from flask import Flask

from service.core.config import Settings


def extend(app: Flask, conf: Settings) -> None:
    """Add the style guide and the demo's commands to an application, and longer words where
    PSEUDO_LANGUAGE asks for them."""
    from devdesk import commands, pseudo, styleguide

    app.register_blueprint(styleguide.pages)
    app.cli.add_command(commands.demos)
    if conf.pseudo_language == "on":
        pseudo.install()
