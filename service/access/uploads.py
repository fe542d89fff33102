"""Files of a form: stored up to a limit, and read on beyond it, so that the form's text is not
lost."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

import flask
from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from service.core.actor import Actor
from service.core.config import settings
from service.core.errors import InvalidInput
from service.tasks import attachments
from service.tasks.task import Task

MB = 1024 * 1024
IN_MEMORY = 500_000
# Up to this multiple of the limit is read and discarded, so that a proper error can be shown.
READ_ON = 5


class Request(flask.Request):
    """Flask's request, which stores no more than `UPLOAD_MB` of files per form."""

    # Bytes of files that were stored so far.
    kept = 0

    def _load_form_data(self) -> None:
        if self.mimetype == "multipart/form-data":
            self.max_content_length = READ_ON * most() * MB
        super()._load_form_data()

    def _get_file_stream(self, *_args: Any, **_more: Any) -> IO[bytes]:
        return cast(IO[bytes], _Bounded(self))


class _Bounded(SpooledTemporaryFile[bytes]):
    """A file of a form: `size` is its full size, whether it was stored or not."""

    def __init__(self, form: Request) -> None:
        super().__init__(max_size=IN_MEMORY, mode="w+b")
        self._form, self.size = form, 0

    def write(self, content: Any) -> int:
        self.size += len(content)
        if self._form.kept + len(content) <= most() * MB:
            self._form.kept += super().write(content)
        return len(content)


def most() -> int:
    """Return the limit in MB for the files of one form; a single file may use all of it."""
    return settings().upload_mb


def sent(name: str = "file") -> list[FileStorage]:
    """Return the files of this field. A file without a name and without a byte is an empty field.

    Raises InvalidInput where one of them, or all together, are larger than a form may carry.
    """
    found = [file for file in request.files.getlist(name) if file.filename or _size(file)]
    for file in found:
        if _size(file) > most() * MB:
            raise attachments.too_large(most(), attachments.safe_name(file.filename or ""))
    together = sum(_size(file) for many in request.files.listvalues() for file in many)
    if together > most() * MB:
        raise InvalidInput(
            {
                "file": _(
                    "The files are too large together: %(size)s. Up to %(most)s MB at once.",
                    size=attachments.size_words(together),
                    most=most(),
                )
            }
        )
    return found


def attach(task: Task, by: Actor, part: str = "brief") -> None:
    """Store the files of the form on the task, all or none. Raises InvalidInput, NotAllowed,
    Conflict."""
    found = sent()
    attachments.check_room(task, len(found))
    for file in found:
        attachments.attach(task, by, file.filename or "", file.mimetype, file.stream, part)


def _size(file: FileStorage) -> int:
    return cast(_Bounded, file.stream).size
