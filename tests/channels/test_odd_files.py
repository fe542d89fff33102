"""Odd files, and messages that become nothing: each is kept under a name, or waits for a person."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from sqlalchemy import select

from service.channels.email import parse
from service.core.errors import Conflict
from service.inbound import store
from service.intake import inbox, interpret
from service.messages import short_links
from service.tasks.attachments import Attachment
from tenants import isolation
from tests.channels.test_left_out import attached, kept_of, stuck
from tests.talk import checked, mail, one, tasks_of, work_off


def odd(sender):
    """Files without a name, without a byte, with the same name, with names nobody could keep."""
    letter = EmailMessage()
    letter["Authentication-Results"] = checked(sender)
    letter["From"], letter["To"], letter["Subject"] = sender, "tasks@desk.localhost", "Odd"
    letter.set_content("Please look at these.")
    for name, content in (
        (None, b"no name"),
        ("empty.csv", b""),
        ("twice.csv", b"1"),
        ("twice.csv", b"2"),
        ("x" * 300 + ".csv", b"3"),
        ("y" * 300, b"4"),
        ("..", b"5"),
        ("a/b\\c.csv", b"6"),
    ):
        letter.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    raw = letter.as_bytes()
    store.store(
        "email",
        "tasks@desk.localhost",
        parse.identity(raw),
        sender=sender,
        raw=raw,
        headers={"peer": "127.0.0.1", "to": []},
    )


def test_odd_files_are_kept_each_under_a_name(world, app):
    person = world.client()
    odd(person.email)
    work_off()
    [task] = tasks_of(person)
    names = attached(task.id)
    assert names == [
        "attachment",
        "empty.csv",
        "twice.csv",
        "twice.csv",
        "x" * 120 + ".csv",
        "y" * 150,
        "file",
        "a_b_c.csv",
    ]


def test_a_type_that_is_none_is_kept_as_bytes(world, application, app):
    person = world.client()
    letter = EmailMessage()
    letter["Authentication-Results"] = checked(person.email)
    letter["From"], letter["To"], letter["Subject"] = person.email, "tasks@desk.localhost", "Odd"
    letter.set_content("Please look at this.")
    letter.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    raw = letter.as_bytes().replace(b"application/pdf", "application/\u043f\u0434\u0444".encode())
    store.store(
        "email",
        "tasks@desk.localhost",
        parse.identity(raw),
        sender=person.email,
        raw=raw,
        headers={"peer": "127.0.0.1", "to": []},
    )
    work_off()
    [task] = tasks_of(person)
    [file] = one(select(Attachment).where(Attachment.task_id == task.id))
    answer = application.test_client().get(
        f"/api/v1/tasks/{task.id}/files/{file.id}",
        headers={"Authorization": f"Bearer {world.key(person)}"},
    )
    assert (answer.status_code, answer.data, answer.mimetype) == (
        200,
        b"%PDF",
        "application/octet-stream",
    )


def test_files_beside_words_that_are_about_no_task_wait_for_a_person(world, app):
    person, helper = world.client(), world.staff()
    for _two in range(2):
        world.task(person, "retold", helper)
    work_off()
    mail(person.email, "Y", "Re: yes", files=[("signed.csv", b"1")])
    work_off()
    assert [(row.state, row.reason) for row in kept_of(person.email)] == [
        ("needs_person", interpret.FILE_OF_NO_TASK)
    ]


def test_a_message_that_has_become_something_is_not_read_again(world, app):
    person, operator = world.client(), world.staff("operator")
    sender = f"third-{person.id}@else.example"
    mail(sender, "please compare the list", "Suppliers")
    work_off()
    [kept] = kept_of(sender)
    with isolation.transaction(operator.scope):
        inbox.make_task(kept.id, person.email, operator.actor)
    with (
        isolation.transaction(isolation.system("test")),
        pytest.raises(Conflict, match="already a task"),
    ):
        inbox.replay(kept.id)
    web = world.load(world.task(person))
    with (
        isolation.transaction(isolation.system("test")),
        pytest.raises(Conflict, match="already a task"),
    ):
        inbox.replay(web.inbound_id)


def test_an_answer_on_a_task_that_is_not_there_waits_for_a_person(world, app):
    """As after a restore: the address is ours, the task was made after the backup."""
    person = world.client()
    mail(
        person.email,
        "Here is the list.",
        to=short_links.answer_address(10**12, person.id, person.company_id),
    )
    work_off()
    assert stuck() == []
    assert [(row.state, row.reason) for row in kept_of(person.email)] == [
        ("needs_person", interpret.NOT_TAKEN)
    ]
