"""The states of a task."""

from __future__ import annotations

from enum import StrEnum


class TaskState(StrEnum):
    """Where a task stands. Its value is stored: it never changes."""

    RECEIVED = "received"
    TRIAGE = "triage"
    QUEUED = "queued"
    ASSIGNED = "assigned"
    BRIEFED = "briefed"
    RETOLD = "retold"
    WORKING = "working"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    REFUSED = "refused"
    DELETED = "deleted"
    CANCELLED = "cancelled"
