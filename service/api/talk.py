"""What is said on a task: its history, the conversation, questions and their answers."""

from __future__ import annotations

from flask import Response
from sqlalchemy import select

from service.api import access, answers, bodies, reading, reads, responses
from service.api.access import STAFF, me
from service.messages.message import Message, say
from service.tasks import questions as asked
from service.tasks.events import Event
from service.tasks.questions import Question
from service.tasks.task import find


@access.requires_key
@reading.asks(bodies.Paged)
def events(task: int, query: bodies.Paged) -> Response:
    """List a task's events, oldest first."""
    wanted = select(Event).where(Event.task_id == find(task).id)
    page = reads.oldest_first(wanted, Event.id, query)
    names = responses.names_of(event.by_id for (event,) in page.rows)
    return responses.reply_list([_event(event, names) for (event,) in page.rows], page.next)


@access.requires_key
@reading.asks(bodies.Paged)
def messages(task: int, query: bodies.Paged) -> Response:
    """List the messages between client and assistant, oldest first."""
    wanted = select(Message).where(Message.task_id == find(task).id, Message.direction == "said")
    page = reads.oldest_first(wanted, Message.id, query)
    names = responses.names_of(message.author_id for (message,) in page.rows)
    return responses.reply_list([_message(message, names) for (message,) in page.rows], page.next)


@access.requires_key
@reading.takes(bodies.NewMessage)
def add_message(task: int, body: bodies.NewMessage) -> Response:
    """Write to the other side."""
    message = say(find(task), me(), body.text)
    return responses.reply(_message(message, responses.names_of([message.author_id])), 201)


@access.requires_key
@reading.asks(bodies.Paged)
def questions(task: int, query: bodies.Paged) -> Response:
    """List a task's questions with their answers, oldest first."""
    wanted = select(Question).where(Question.task_id == find(task).id)
    page = reads.oldest_first(wanted, Question.id, query)
    return responses.reply_list([_question(question) for (question,) in page.rows], page.next)


@access.requires_staff(*STAFF)
@reading.takes(bodies.NewQuestion)
def add_question(task: int, body: bodies.NewQuestion) -> Response:
    """Ask the client a question; the deadline is paused until they answer."""
    return responses.reply(_question(asked.ask(find(task), me(), body.text, body.options)), 201)


@access.requires_client
@reading.takes(bodies.NewAnswer)
def add_answer(task: int, body: bodies.NewAnswer) -> Response:
    """Answer a question; the deadline runs again when nothing else is pending."""
    return responses.reply(_question(asked.answer(find(task), me(), body.question, body.text)), 201)


def _event(event: Event, names: dict[int, str]) -> answers.Event:
    return {
        "id": event.id,
        "kind": event.kind,
        "at": responses.rfc3339(event.at),
        "by": responses.by(event.by_kind, event.by_id, names),
        "channel": event.channel,
        "facts": event.facts,
    }


def _message(message: Message, names: dict[int, str]) -> answers.Message:
    return {
        "id": message.id,
        "author": responses.by(message.author_kind, message.author_id, names),
        "channel": message.channel,
        "text": message.text,
        "created_at": responses.rfc3339(message.created_at),
    }


def _question(question: Question) -> answers.Question:
    return {
        "id": question.id,
        "text": question.text,
        "options": question.options,
        "asked_at": responses.rfc3339(question.at),
        "answer": question.answer,
        "answered_at": responses.maybe(question.answered_at),
    }
