"""What the doctor looks at of mail: whether it can go out, and whether senders can be believed."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from service.channels.email import sender_auth, smtp_edge
from service.core.config import settings
from service.core.outbox_run import NeedsOperator, RetryLater
from tenants import isolation


def mail_out() -> str:
    """Say what is wrong with the server of SMTP_URL; "" where nothing is."""
    if not settings().smtp_url:
        return (
            ""
            if settings().outbound == "off"
            else "SMTP_URL is not set: outgoing mail waits on /desk/messages."
        )
    try:
        smtp_edge.leave(smtp_edge.connected())
    except (RetryLater, NeedsOperator) as error:
        return str(error)
    return ""


def mail_in() -> str:
    """Say what is wrong with how senders are checked; "" where nothing is."""
    try:
        with isolation.transaction(isolation.system("doctor")):
            believes_nobody = sender_auth.trusts_nobody()
    except SQLAlchemyError:
        return "Mail senders were not checked: the database cannot be read."
    return (
        "MAIL_AUTHSERV is not set: senders cannot be verified, so each email waits for an "
        "operator. Set it to the name that your receiving server writes into "
        "Authentication-Results."
        if believes_nobody
        else ""
    )
