"""Development commands: the demo data."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from devdesk import demo
from service.core.config import settings
from service.operation.cli import as_json, print_result

demos = AppGroup("demo", help="The demo desk.")


@demos.command("load")
@click.option("--password", envvar="DEMO_PASSWORD", required=True)
@as_json
def demo_load(password: str, json_: bool) -> None:
    """Load the demo data into an empty database that is bound to loopback."""
    if settings().bind not in ("127.0.0.1", "localhost", "::1"):
        raise click.ClickException("The demo desk is for loopback only; BIND says otherwise.")
    loaded = demo.load_if_empty(password)
    print_result(
        {"loaded": loaded},
        "loaded" if loaded else "There is a company already; nothing was loaded.",
        json_=json_,
    )
