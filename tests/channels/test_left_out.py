"""Files that do not fit: noted on the task with name, size and limit, and told to who sent them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from service.core.outbox import OutboxRow
from service.inbound.inbound_message import Inbound
from service.messages import short_links
from service.messages.message import Message
from service.tasks import attachments
from service.tasks.attachments import Attachment
from service.tasks.task import Task, find
from tenants import isolation
from tenants.isolation import db
from tests.talk import mail, one, tasks_of, work_off

MB = 1024 * 1024
LARGE = b"\x00" * (21 * MB)


def kept_of(sender):
    return one(select(Inbound).where(Inbound.sender == sender).order_by(Inbound.id))


def attached(task_id):
    with isolation.transaction(isolation.system("test")):
        return [file.name for file in attachments.files_of(find(task_id))]


def stuck():
    return one(
        select(OutboxRow).where(
            OutboxRow.needs_person_at.is_not(None),
            OutboxRow.done_at.is_(None),
            OutboxRow.reaction == "understand",
        )
    )


def words_to(person):
    return one(
        select(Message)
        .where(Message.to_id == person.id, Message.template == "left_out")
        .order_by(Message.id)
    )


def fill(task_id, count):
    """So many small files on a task."""
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


def seen_by(world, application, person, path):
    return world.sign_in(application.test_client(), person).get(path).get_data(as_text=True)


@pytest.mark.parametrize(
    ("language", "note", "word"),
    [
        (
            "en",
            "1 file was not saved: film.mp4, 21.0 MB (up to 20 MB)",
            "film.mp4, 21.0 MB (up to 20 MB)",
        ),
        ("ru", "film.mp4", "film.mp4, 21,0\u00a0МБ"),
    ],
)
def test_a_mail_with_a_file_that_is_too_large_becomes_the_task_without_it(
    world, application, app, language, note, word
):
    person, helper = world.client(language=language), world.staff()
    mail(
        person.email,
        "Please cut this film to one minute for our opening, by Friday.",
        "The film",
        files=[("film.mp4", LARGE), ("script.csv", b"a,b\n")],
    )
    work_off()
    [task] = tasks_of(person)
    assert (stuck(), kept_of(person.email)[0].state, attached(task.id)) == (
        [],
        "worked",
        ["script.csv"],
    )
    [message] = words_to(person)
    assert (
        message.channel == "email"
        and word in message.text
        and f"/t/{short_links.token(task.id, person.id, person.company_id)}" in message.text
    )
    with isolation.transaction(isolation.system("test")):
        db.session.execute(
            update(Task).where(Task.id == task.id).values(state="assigned", holder_id=helper.id)
        )
    assert note in seen_by(world, application, person, f"/app/{person.slug}/tasks/{task.number}")
    assert "film.mp4, 21.0 MB" in seen_by(world, application, helper, f"/work/{task.id}")
    assert "film.mp4, 21.0 MB" in seen_by(
        world, application, world.staff("operator"), f"/desk/tasks/{task.id}"
    )


def test_what_is_not_there_is_no_file_to_have(world, application, app):
    person = world.client()
    mail(
        person.email, "Please cut this film to one minute.", "The film", files=[("film.mp4", LARGE)]
    )
    work_off()
    [task] = tasks_of(person)
    [left] = one(select(Attachment).where(Attachment.task_id == task.id))
    browser, key = world.sign_in(application.test_client(), person), world.key(person)
    headers = {"Authorization": f"Bearer {key}"}
    assert browser.get(f"/app/{person.slug}/tasks/{task.number}/files/{left.id}").status_code == 404
    assert (
        browser.get(f"/api/v1/tasks/{task.id}/files/{left.id}", headers=headers).status_code == 404
    )
    assert browser.get(f"/api/v1/tasks/{task.id}/files", headers=headers).json["data"] == []
    kinds = [
        event["kind"]
        for event in browser.get(f"/api/v1/tasks/{task.id}/events", headers=headers).json["data"]
    ]
    assert "task.file_left_out" in kinds


def test_a_mail_that_stuck_before_is_a_task_after_try_again(world, application, app):
    person, operator = world.client(), world.staff("operator")
    mail(person.email, "Please cut this film.", "The film", files=[("film.mp4", LARGE)])
    with isolation.transaction(isolation.system("test")):
        [row] = db.session.scalars(
            select(OutboxRow)
            .where(OutboxRow.reaction == "understand", OutboxRow.done_at.is_(None))
            .order_by(OutboxRow.id.desc())
            .limit(1)
        )
        row.attempt, row.needs_person_at, row.last_error = (
            3,
            db.func.now(),
            "A fault of the service in 'understand' (InvalidInput).",
        )
        due_id = row.id
    browser = world.sign_in(application.test_client(), operator)
    assert browser.post(f"/desk/due/{due_id}/retry").status_code == 303
    work_off()
    assert [task.title for task in tasks_of(person)] == ["The film"] and len(words_to(person)) == 1


def test_an_answer_by_mail_on_a_task_that_is_full_of_files_is_taken_without_them(world, app):
    person, helper = world.client(), world.staff()
    task_id = world.task(person, "working", helper)
    fill(task_id, 99)
    mail(
        person.email,
        "Here are two more.",
        to=short_links.answer_address(task_id, person.id, person.company_id),
        files=[("one.csv", b"1"), ("two.csv", b"2")],
    )
    work_off()
    assert stuck() == [] and attached(task_id)[-1] == "one.csv"
    assert "two.csv, 1 KB (up to 100 files on a task)" in words_to(person)[-1].text


def test_a_colleague_who_answers_is_told_themselves(world, app):
    person, helper = world.client(), world.staff()

    class Company:
        id, slug = person.company_id, person.slug

    colleague = world.client(Company, role="member")
    task_id = world.task(person, "working", helper)
    mail(
        colleague.email,
        "And the film.",
        to=short_links.answer_address(task_id, person.id, person.company_id),
        files=[("film.mp4", LARGE)],
    )
    work_off()
    assert words_to(person) == [] and len(words_to(colleague)) == 1


def test_an_operator_makes_a_task_of_a_mail_with_a_file_that_is_too_large(world, application, app):
    person, operator = world.client(), world.staff("operator")
    sender = f"third-{person.id}@else.example"
    mail(
        sender,
        "please compare the attached list",
        "Suppliers",
        files=[("film.mp4", LARGE), ("list.csv", b"a,b\n")],
    )
    work_off()
    browser = world.sign_in(application.test_client(), operator)
    made = browser.post(f"/desk/inbound/{kept_of(sender)[0].id}/task", data={"email": person.email})
    assert made.status_code == 303
    work_off()
    [task] = tasks_of(person)
    assert attached(task.id) == ["list.csv"] and len(words_to(person)) == 1


def test_no_file_of_a_mail_is_dropped_however_many_there_are(world, app):
    person = world.client()
    mail(
        person.email,
        "All our receipts.",
        "Receipts",
        files=[(f"{n}.csv", b"%d" % n) for n in range(120)],
    )
    work_off()
    [task] = tasks_of(person)
    assert attached(task.id) == [f"{n}.csv" for n in range(100)]
    [message] = words_to(person)
    assert all(f"{n}.csv" in message.text for n in range(100, 120))
