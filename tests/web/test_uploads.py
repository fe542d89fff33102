"""Files of forms: what does not fit is refused with its limit, and the words stay."""

from __future__ import annotations

from io import BytesIO

import pytest

from service.tasks import attachments, red_line
from service.tasks.attachments import Attachment
from service.tasks.task import find
from tenants import isolation
from tenants.isolation import db
from tests.talk import said_on, tasks_of

MB = 1024 * 1024
WORDS = "Please look at what I have found in our cellar"


def form(files, **fields):
    return {**fields, "file": [(BytesIO(content), name) for name, content in files]}


def attached(task_id):
    with isolation.transaction(isolation.system("test")):
        return [(file.name, file.part) for file in attachments.files_of(find(task_id))]


def bytes_kept(application):
    """How many files lie in the folder of files, with or without a row."""
    from service.core.config import settings

    return len([path for path in (settings().data_dir / "files").rglob("*") if path.is_file()])


def full(task_id, count):
    with isolation.transaction(isolation.system("test")):
        task = find(task_id)
        db.session.add_all(
            Attachment(
                company_id=task.company_id,
                task_id=task.id,
                name=f"{n}.txt",
                type="text/plain",
                size=1,
                sha256=b"x" * 32,
                part="brief",
            )
            for n in range(count)
        )


@pytest.fixture
def door(request, world, application):
    """A form that takes files beside words: its address, its fields, whose it is, the task."""
    person, helper = world.client(), world.staff()
    task = world.load(world.task(person, "working", helper))
    with isolation.transaction(helper.scope):
        red_line.report(find(task.id), helper.actor, 60, on_time=True)
    of_client, of_assistant = f"/app/{person.slug}/tasks", f"/work/{task.id}"
    who, path, field = {
        "new": (person, of_client, "text"),
        "message": (person, f"{of_client}/{task.number}/messages", "reply"),
        "files": (person, f"{of_client}/{task.number}/files", None),
        "delivery": (helper, f"{of_assistant}/delivery", "delivery"),
        "more": (helper, f"{of_assistant}/files", None),
    }[request.param]
    return (
        world.sign_in(application.test_client(), who),
        path,
        {field: WORDS} if field else {},
        task,
        person,
    )


ALL = pytest.mark.parametrize(
    "door", ["new", "message", "files", "delivery", "more"], indirect=True
)


@ALL
@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (
            [("small.txt", b"1"), ("film.mp4", b"0" * (20 * MB + 1))],
            "The file film.mp4 is too large: up to 20 MB.",
        ),
        (
            [("a.bin", b"0" * (11 * MB)), ("b.bin", b"1" * (11 * MB))],
            "The files are too large together: 22.0 MB. Up to 20 MB at once.",
        ),
        ([("film.mp4", b"0" * (60 * MB))], "The file film.mp4 is too large: up to 20 MB."),
        ([(f"{n}.txt", b"%d" % n) for n in range(120)], "up to 100 files"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_limit_and_the_words_stay(
    application, door, sent, sentence
):
    browser, path, fields, task, person = door
    before = bytes_kept(application)
    answer = browser.post(path, data=form(sent, **fields))
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422 and sentence in shown
    assert not fields or f">{WORDS}</textarea>" in shown
    assert (
        attached(task.id),
        said_on(task.id),
        len(tasks_of(person)),
        bytes_kept(application),
    ) == ([], [], 1, before)


@ALL
def test_forty_files_are_all_kept(door):
    browser, path, fields, task, person = door
    assert (
        browser.post(
            path, data=form([(f"{n}.txt", b"%d" % n) for n in range(40)], **fields)
        ).status_code
        == 303
    )
    of = task.id if len(tasks_of(person)) == 1 else tasks_of(person)[-1].id
    assert [name for name, _part in attached(of)] == [f"{n}.txt" for n in range(40)]


@pytest.mark.parametrize("door", ["message", "files", "delivery", "more"], indirect=True)
def test_a_task_with_no_room_says_how_much_there_is(door):
    browser, path, fields, task, _person = door
    full(task.id, 98)
    answer = browser.post(path, data=form([(f"{n}.txt", b"1") for n in range(3)], **fields))
    assert answer.status_code == 422
    assert "A task can have up to 100 files; this one has 98." in answer.get_data(as_text=True)
    assert len(attached(task.id)) == 98


@ALL
def test_a_field_of_files_that_was_left_empty_is_no_file(door):
    browser, path, fields, task, person = door
    assert browser.post(path, data=form([("", b"")], **fields)).status_code == 303
    of = task.id if len(tasks_of(person)) == 1 else tasks_of(person)[-1].id
    assert attached(of) == []


def test_a_file_without_a_name_is_kept(world, client):
    person = world.client()
    task = world.load(world.task(person))
    boundary = "x"
    part = 'Content-Disposition: form-data; name="file"; filename=""'
    body = f"--{boundary}\r\n{part}\r\n\r\nwords\r\n--{boundary}--\r\n"
    answer = world.sign_in(client, person).post(
        f"/app/{person.slug}/tasks/{task.number}/files",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
    )
    assert (answer.status_code, attached(task.id)) == (303, [("file", "brief")])


def test_more_than_is_read_at_all_is_answered_with_the_limit(world, client):
    person = world.client()
    answer = world.sign_in(client, person).post(
        f"/app/{person.slug}/tasks", data=form([("disk.img", b"0" * (101 * MB))], text=WORDS)
    )
    assert answer.status_code == 413 and "up to 20 MB at once" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ([("film.mp4", b"0" * (21 * MB))], "The file film.mp4 is too large: up to 20 MB."),
        ([("a.txt", b"1"), ("b.txt", b"2")], "one file at a time"),
        ([], "a field named file"),
    ],
)
def test_programs_are_told_what_does_not_fit(world, client, sent, says):
    person = world.client()
    task_id = world.task(person)
    answer = client.post(
        f"/api/v1/tasks/{task_id}/files",
        data=form(sent),
        headers={"Authorization": f"Bearer {world.key(person)}"},
        content_type="multipart/form-data",
    )
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert says in answer.json["errors"]["file"] and attached(task_id) == []


def test_programs_are_told_of_a_field_that_is_not_known(world, client):
    person = world.client()
    task_id = world.task(person)
    data = {"file": (BytesIO(b"1"), "a.txt"), "file2": (BytesIO(b"2"), "b.txt")}
    answer = client.post(
        f"/api/v1/tasks/{task_id}/files",
        data=data,
        headers={"Authorization": f"Bearer {world.key(person)}"},
    )
    assert (
        answer.status_code == 422
        and "one file at a time" in answer.json["errors"]["file"]
        and attached(task_id) == []
    )
