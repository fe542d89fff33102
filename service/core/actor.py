"""The actor of a step or event: who acts, in which role and through which channel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """In which part somebody acts. Its value is stored: it never changes."""

    CLIENT = "client"
    ASSISTANT = "assistant"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    SYSTEM = "system"


CLIENT, ASSISTANT, OPERATOR = ActorKind.CLIENT, ActorKind.ASSISTANT, ActorKind.OPERATOR
SUPERVISOR, SYSTEM = ActorKind.SUPERVISOR, ActorKind.SYSTEM


@dataclass(frozen=True)
class Actor:
    """A person acting in one role through one channel; `person_id` is None for the service
    itself."""

    kind: ActorKind
    person_id: int | None = None
    channel: str = "web"
    name: str = ""
    admin: bool = False

    @property
    def is_staff(self) -> bool:
        """Return whether the actor works for the service."""
        return self.kind in (ASSISTANT, OPERATOR, SUPERVISOR)


THE_SYSTEM = Actor(SYSTEM)


def staff(person_id: int, role: str, channel: str = "web", name: str = "") -> Actor:
    """Return a staff member as actor; an admin acts as an operator."""
    kind = {"assistant": ASSISTANT, "supervisor": SUPERVISOR}.get(role, OPERATOR)
    return Actor(kind, person_id, channel, name, admin=role == "admin")


def client(person_id: int, channel: str = "web", name: str = "") -> Actor:
    """Return a person of a client company as actor."""
    return Actor(CLIENT, person_id, channel, name)
