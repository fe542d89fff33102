"""Files on a task: what hangs on it, hanging something on it, and the bytes."""

from __future__ import annotations

from flask import Response, current_app, request, send_file
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from service.access import uploads
from service.api import access, answers, bodies, reading, reads, responses
from service.api.access import me
from service.core.actor import ASSISTANT
from service.core.errors import InvalidInput, NotFound
from service.tasks import attachments as kept
from service.tasks.attachments import LEFT_OUT, Attachment
from service.tasks.task import find

PARTS = {True: ("delivery", "message"), False: ("brief", "message")}


@access.requires_key
@reading.asks(bodies.Paged)
def files(task: int, query: bodies.Paged) -> Response:
    """List the task's files, oldest first."""
    wanted = select(Attachment).where(
        Attachment.task_id == find(task).id, Attachment.part != LEFT_OUT
    )
    page = reads.oldest_first(wanted, Attachment.id, query)
    return responses.reply_list([_file(file) for (file,) in page.rows], page.next)


@access.requires_key
def add_file(task: int) -> Response:
    """Attach a file to the task: a form with `file`, and `part` if it belongs elsewhere than
    usual."""
    # In this order: a slow sender holds no connection to the database.
    given, found = _only_file(), find(task)
    file = kept.attach(found, me(), given.filename or "", given.mimetype, given.stream, _part())
    return responses.reply(_file(file), 201)


@access.requires_key
def file(task: int, file: int) -> Response:
    """Return the file's bytes, as a download."""
    found = kept.find(find(task), file)
    try:
        return send_file(
            kept.path_of(bytes(found.sha256)),
            mimetype=kept.plain_type(found.type),
            as_attachment=True,
            download_name=found.name,
            etag=bytes(found.sha256).hex(),
            max_age=0,
        )
    except FileNotFoundError:
        current_app.logger.error("the bytes of file %s are missing", found.id)
        raise NotFound from None


def _only_file() -> FileStorage:
    """Return the one file that was sent. Raises InvalidInput for none, several, or one too
    large."""
    sent = uploads.sent()
    if not sent:
        raise InvalidInput({"file": _("Send multipart/form-data with a field named file.")})
    if len(sent) + len(list(request.files)) > 2:
        raise InvalidInput({"file": _("Send one file at a time, in the field named file.")})
    return sent[0]


def _part() -> str:
    """Where it belongs: an assistant delivers, everybody else adds to the brief, unless they say
    otherwise."""
    allowed = PARTS[me().kind == ASSISTANT]
    part = request.form.get("part", allowed[0])
    if part not in allowed:
        raise InvalidInput({"part": _("One of %(choices)s", choices=", ".join(allowed))})
    return part


def _file(file: Attachment) -> answers.File:
    return {
        "id": file.id,
        "name": file.name,
        "type": file.type,
        "size": file.size,
        "part": file.part,
        "sha256": bytes(file.sha256).hex(),
        "created_at": responses.rfc3339(file.at),
        "links": {"content": f"/api/v1/tasks/{file.task_id}/files/{file.id}"},
    }
