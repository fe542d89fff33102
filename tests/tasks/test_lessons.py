"""What a task taught: proposed by who holds it, taken into the handbook by an owner or the desk,
and by nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import DBAPIError

from service.core.errors import Conflict, InvalidInput, NotAllowed
from service.tasks import events, lessons
from service.tasks.task import find
from tenants import handbook, isolation
from tenants.isolation import db

LINE = "Ingrid reads the sum first; the sources go on a second sheet."


@pytest.fixture
def held(world):
    client, helper = world.client(), world.staff()
    return client, helper, world.task(client, "accepted", helper)


def propose(helper, task_id, words=LINE):
    with isolation.transaction(helper.scope):
        return lessons.propose(find(task_id), helper.actor, words).id


def decide(whose, company_id, lesson_id, accept=True):
    with isolation.transaction(whose.scope):
        lessons.decide(company_id, lesson_id, whose.actor, accept=accept)


def book_of(company_id):
    with isolation.transaction(isolation.system("test")):
        found = handbook.of(company_id)
        return found.text if found else ""


def test_a_line_waits_until_an_owner_takes_it_in(held):
    client, helper, task_id = held
    lesson_id = propose(helper, task_id, f"  {LINE}\n")
    assert book_of(client.company_id) == ""
    with isolation.transaction(client.scope):
        (waiting,) = lessons.waiting(client.company_id)
        assert (waiting.lesson.text, waiting.task.id) == (LINE, task_id)
    decide(client, client.company_id, lesson_id)
    assert book_of(client.company_id) == LINE
    with isolation.transaction(helper.scope):
        assert [one.state for one in lessons.lessons_of(find(task_id))] == ["accepted"]
        assert [event.kind for event in events.history(find(task_id))][-2:] == [
            "task.lesson",
            "task.lesson_accepted",
        ]


def test_the_desk_may_decide_and_a_dropped_line_stays_out(world, held):
    client, helper, task_id = held
    first, second = (
        propose(helper, task_id),
        propose(helper, task_id, "Never on Fridays after three."),
    )
    decide(world.staff("operator"), client.company_id, first, accept=False)
    decide(world.staff("supervisor"), client.company_id, second)
    assert book_of(client.company_id) == "Never on Fridays after three."
    with isolation.transaction(client.scope):
        assert lessons.waiting(client.company_id) == []


def test_only_the_first_word_counts(world, held):
    client, helper, task_id = held
    lesson_id = propose(helper, task_id)
    decide(client, client.company_id, lesson_id, accept=False)
    with pytest.raises(Conflict):
        decide(world.staff("operator"), client.company_id, lesson_id)
    assert book_of(client.company_id) == ""


def test_who_does_not_hold_the_task_proposes_nothing(world):
    queued = world.task(world.client(), "queued")
    with pytest.raises(NotAllowed), isolation.transaction((other := world.staff()).scope):
        lessons.propose(find(queued), other.actor, LINE)
    with pytest.raises(DBAPIError, match="row-level security"), isolation.transaction(other.scope):
        db.session.add(
            lessons.Lesson(
                company_id=db.session.get_one(lessons.Task, queued).company_id,
                task_id=queued,
                text=LINE,
            )
        )
        db.session.flush()


def test_an_assistant_cannot_take_a_line_in(held):
    client, helper, task_id = held
    lesson_id = propose(helper, task_id)
    with pytest.raises(DBAPIError, match="permission denied"):
        decide(helper, client.company_id, lesson_id)
    with pytest.raises(DBAPIError, match="row-level security"), isolation.transaction(helper.scope):
        db.session.add(
            lessons.Lesson(
                company_id=client.company_id, task_id=task_id, text=LINE, state="accepted"
            )
        )
        db.session.flush()


def test_a_member_reads_what_waits_but_does_not_decide_and_private_tasks_stay_private(world):
    owner, helper = world.client(), world.staff()
    member = world.client(SimpleNamespace(id=owner.company_id, slug=owner.slug), role="member")
    open_one = propose(helper, world.task(owner, "working", helper))
    propose(helper, world.task(owner, "working", helper, private=True), "What is private stays so.")
    with isolation.transaction(member.scope):
        assert [one.lesson.id for one in lessons.waiting(owner.company_id)] == [open_one]
    with pytest.raises(Conflict):
        decide(member, owner.company_id, open_one)
    with isolation.transaction(owner.scope):
        assert len(lessons.waiting(owner.company_id)) == 2


def test_another_company_reads_and_decides_nothing(world, held):
    client, helper, task_id = held
    lesson_id, stranger = propose(helper, task_id), world.client()
    with isolation.transaction(stranger.scope):
        assert lessons.waiting(client.company_id) == []
    with pytest.raises(Conflict):
        decide(stranger, client.company_id, lesson_id)


@pytest.mark.parametrize("words", ["", "ab", "x" * 501])
def test_a_line_has_its_bounds(held, words):
    _client, helper, task_id = held
    with pytest.raises(InvalidInput):
        propose(helper, task_id, words)


def test_twenty_lines_from_a_task_are_enough(held):
    _client, helper, task_id = held
    for number in range(lessons.MAX_WAITING):
        propose(helper, task_id, f"Line {number}")
    with pytest.raises(Conflict):
        propose(helper, task_id)


def test_a_full_handbook_takes_no_more(held):
    client, helper, task_id = held
    lesson_id = propose(helper, task_id)
    with isolation.transaction(client.scope):
        handbook.write(client.company_id, "x" * (handbook.MAX_TEXT - 10), client.id)
    with pytest.raises(InvalidInput):
        decide(client, client.company_id, lesson_id)
    with isolation.transaction(client.scope):
        assert lessons.waiting(client.company_id)[0].lesson.state == "proposed"


def test_lines_keep_their_age_when_the_handbook_is_written_again(world):
    client, long_ago = world.client(), datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
    with isolation.transaction(client.scope):
        handbook.write(
            client.company_id, "Tone: plain and warm\n\nNo calls before nine", client.id, long_ago
        )
    with isolation.transaction(client.scope):
        handbook.write(
            client.company_id, "No calls before nine\nTone: plain and warm\nAsk Pilar", client.id
        )
        first, second, third = handbook.lines_of(handbook.of(client.company_id))
    assert (first.since, second.since) == (long_ago, long_ago)
    assert third.since > long_ago
    assert (second.name, second.words, third.name) == ("Tone", "plain and warm", "")
