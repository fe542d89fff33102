"""A tap on a text of ours comes as a text that quotes us: it makes no task, says no yes and no
no."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.messages.message import Message
from service.replies import phone_reactions
from tests.talk import new_task, one, retell, said_on, tasks_of, text, texts_to, work_off

FORMS = [
    "Liked “{}”",
    "Loved “{}”",
    "Reacted 👍 to “{}”",
    "👍 to “{}”",
    '❤️ to "{}"',
    "Laughed at “{}”",
    "Disliked “{}”",
    "Emphasized “{}”",
    "Questioned “{}”",
    "Removed a like from “{}”",
    "Removed 👍 from “{}”",
    "Поставил(а) «нравится» сообщению «{}»",
    "Понравилось «{}»",
    "Отреагировала 👍 на «{}»",
]


@pytest.fixture
def texting(world):
    return world.client(channel="sms")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cut", [None, 40])
def test_a_reaction_to_an_acknowledgement_does_nothing(client, texting, form, cut):
    text(
        client,
        texting.phone,
        "Find three suppliers of oat milk and compare their prices for our cafe",
    )
    work_off()
    told = texts_to(texting)
    text(client, texting.phone, form.format(told[-1] if cut is None else told[-1][:cut] + "…"))
    work_off()
    assert len(tasks_of(texting)) == 1 and tasks_of(texting)[0].state in ("queued", "triage")
    assert texts_to(texting) == told and said_on(tasks_of(texting)[0].id) == []


@pytest.mark.parametrize(
    ("form", "asked_back"),
    [
        (
            form,
            form.startswith(("Liked", "Loved", "Reacted", "👍", "❤", "Поставил", "Понр", "Отреаг")),
        )
        for form in FORMS
    ],
)
def test_a_reaction_to_a_question_confirms_nothing_and_a_like_is_asked_back(
    world, client, texting, form, asked_back
):
    helper = world.staff()
    task_id = new_task(world, client, texting, helper)
    retell(helper, task_id)
    before = texts_to(texting)
    text(client, texting.phone, form.format(before[-1]))
    work_off()
    assert world.load(task_id).state == "retold" and len(tasks_of(texting)) == 1
    more = texts_to(texting)[len(before) :]
    assert [("reply Y or N" in words) for words in more] == ([True] if asked_back else [])


def test_a_reaction_to_a_picture_makes_no_task(client, texting):
    text(client, texting.phone, "Loved an image")
    work_off()
    assert (
        tasks_of(texting) == []
        and one(
            select(Message).where(Message.to_id == texting.id, Message.template == "acknowledge")
        )
        == []
    )


@pytest.mark.parametrize(
    "words",
    [
        "Liked your last report, please make one like it for May",
        "👍 to this idea: book the hall",
        "Find out who said “to be or not to be”",
        "Questioned the invoice? Call them",
        "Понравилось место, забронируйте ещё раз",
    ],
)
def test_words_of_a_person_are_no_reaction(words):
    assert phone_reactions.read(words) is None
