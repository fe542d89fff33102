"""The history of one task as rows: each step creates the facts and the event that the real step
would have created."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from devdesk.demo.bulk_insert import BulkInsert, Row
from devdesk.demo.people import Firm, Player
from devdesk.demo.task_texts import Work
from service.catalogue.categories import category
from service.core.config import settings
from service.core.event_kinds import EventKind
from service.core.time import half_of
from service.tasks import attachments, briefing
from service.tasks.submission import raw_of, title_of


@dataclass
class Party:
    """The people of a task: the company, its person, the assignee, and the operator who decides."""

    firm: Firm
    client: Player
    holder: Player
    operator: Player


class Life:
    """One task from its submission on. Times are given by the caller, in their order."""

    def __init__(
        self, pile: BulkInsert, party: Party, work: Work, created: datetime, deadline: datetime
    ) -> None:
        self.pile, self.party, self.work, self.created, self.deadline = (
            pile,
            party,
            work,
            created,
            deadline,
        )
        self.task = self._received(work.flags.get("by_way", "web"))
        self.stood = timedelta(0)
        self.answer: Row | None = None
        self.told: Row | None = None
        self.delivery: Row | None = None
        self.pause: Row | None = None
        self.criteria: list[Row] = []

    def _received(self, channel: str) -> Row:
        work, firm, client = self.work, self.party.firm, self.party.client
        text, flags = work.text, work.flags
        self.kept = self.pile.add(
            "inbound",
            self.created,
            channel=channel,
            company_id=firm.id,
            person_id=client.id,
            state="worked",
            kind="task",
            **_raw(channel, client, text, self.created),
            **({} if channel == "web" else {"text": text}),
        )
        task = self.pile.add(
            "task",
            self.created,
            company_id=firm.id,
            person_id=client.id,
            inbound_id=self.kept,
            title=title_of(flags.get("title", text)),
            text=text,
            language=work.language,
            channel=channel,
            state="received",
            priority=flags.get("priority", "ordinary"),
            private="private" in flags,
            project=flags.get("project"),
            budget=int(flags["budget"]) * 100 if "budget" in flags else None,
            outcome=flags.get("outcome", ""),
            deadline_fixed="fixed" in flags,
            currency=firm.currency,
            version=1,
            waited_s=0,
        )
        if channel != "web":
            self.kept.columns["task_id"] = task
        self.event(EventKind.TASK_RECEIVED, self.created, client, row=task)
        return task

    def set(self, **columns: Any) -> None:
        """Change columns of the task."""
        self.task.columns.update(columns)

    def event(
        self, kind: str, at: datetime, by: Player | None, row: Row | None = None, **facts: Any
    ) -> Row:
        """Create an event by a person or by the service itself; a change of the task increases its
        version."""
        task = row or self.task
        client = by is self.party.client
        kept = {
            "by_kind": _part(self.party, by),
            "by_id": by.id if by else None,
            "channel": task.columns["channel"] if client else "web",
        }
        return self.pile.add(
            "event", at, company_id=self.party.firm.id, task_id=task, kind=kind, facts=facts, **kept
        )

    def move(
        self, kind: str, at: datetime, by: Player | None, state: str | None = None, **facts: Any
    ) -> Row:
        """Create an event that changes the task, and perhaps its state."""
        self.set(version=self.task.columns["version"] + 1, **({"state": state} if state else {}))
        return self.event(kind, at, by, **facts)

    def fact(self, table: str, at: datetime, by: Player | None, **columns: Any) -> Row:
        """Create a row that belongs to the task."""
        return self.pile.add(
            table,
            at,
            company_id=self.party.firm.id,
            task_id=self.task,
            by_id=by.id if by else None,
            **columns,
        )

    def guess(self, confidence: float, chosen_by: str = "service") -> None:
        """Set category, price and dates as triage does."""
        kind, currency = category(self.work.category), self.party.firm.currency
        quantity = Decimal(self.work.flags.get("q", kind.quantity))
        self.set(
            category=kind.code,
            unit=kind.unit(self.work.language),
            quantity=quantity,
            unit_price=kind.rate(currency),
            price=kind.price(quantity, currency),
            confidence=round(confidence, 3),
            chosen_by=chosen_by,
            deadline_at=self.deadline,
            red_line_at=half_of(self.created, self.deadline),
        )

    def unsure(self, at: datetime, confidence: float) -> None:
        """Leave the decision to an operator, because triage is not sure."""
        self.guess(confidence)
        self.move(
            EventKind.TASK_UNSURE,
            at,
            None,
            "triage",
            category=self.work.category,
            confidence=round(confidence, 3),
        )

    def queue(self, at: datetime, by: Player | None = None) -> None:
        """Put it in the queue, with the standard criteria of the category or the client's own."""
        kind = category(self.work.category)
        for place, text in enumerate(
            self.work.said.get("criteria") or [kind.criterion(self.work.language)], 1
        ):
            self.criteria.append(self.fact("criterion", at, by, position=place, text=text))
        self.move(EventKind.TASK_QUEUED, at, by, "queued", category=kind.code)

    def end_early(self, kind: str, at: datetime, state: str) -> None:
        """Decline, drop or do it at once in triage, with a reason."""
        self.set(ended_at=at, reason=self.work.one("reason"))
        self.move(kind, at, self.party.operator, state)

    def claim(self, at: datetime, *, given: bool = False) -> None:
        """Let the assistant take it, or an operator assign it."""
        by = self.party.operator if given else self.party.holder
        self.set(holder_id=self.party.holder.id)
        self.move(
            EventKind.TASK_ASSIGNED if given else EventKind.TASK_CLAIMED,
            at,
            by,
            "assigned",
            assistant=self.party.holder.id,
        )
        self.fact("holding", at, by, assistant_id=self.party.holder.id)

    def brief(self, at: datetime) -> None:
        """Complete the briefing."""
        row, files = self.task.columns, bool(self.work.said.get("files"))
        read = SimpleNamespace(**{name: row.get(name) for name in briefing.READ})
        points = briefing.listed(read, criteria=bool(self.criteria), files=files, book=True)
        self.move(
            EventKind.TASK_BRIEFED,
            at,
            self.party.holder,
            "briefed",
            noted=points,
            points=len(points),
        )

    def ask(self, at: datetime, answered: datetime | None = None) -> None:
        """Ask the client; the deadline is paused until the answer."""
        words, *options = self.work.parts("question")
        client, answer = self.party.client, self.work.one("answer")
        row = self.fact(
            "question",
            at,
            self.party.holder,
            text=words,
            options=options,
            **(
                {
                    "answer": answer,
                    "answered_at": answered,
                    "answered_by": client.id,
                    "channel": "web",
                }
                if answered
                else {}
            ),
        )
        self._stand(at, "question")
        self.move(EventKind.TASK_ASKED, at, self.party.holder, question=row)
        self.answer = row
        if answered:
            self._go_on(answered)
            self.move(EventKind.TASK_ANSWERED, answered, client, question=row)

    def retell(self, at: datetime) -> None:
        """Retell the task, perhaps with a proposal."""
        row, proposed = self.task.columns, {}
        if "proposal" in self.work.said:
            text, share, sooner = self.work.parts("proposal")
            proposed = {
                "proposal": text,
                "proposal_price": round(row["price"] * float(share)),
                "proposal_deadline_at": self.deadline - timedelta(hours=float(sooner)),
            }
        points = [
            dict(zip(("words", "exact"), map(str.strip, line.split("|")), strict=True))
            for line in self.work.said.get("points", ())
        ]
        self.told = self.fact(
            "retelling",
            at,
            self.party.holder,
            text=self.work.one("retelling"),
            plan=self.work.one("plan"),
            differences=points,
            quantity=row["quantity"],
            price=row["price"],
            deadline_at=self.deadline,
            **proposed,
        )
        self._stand(at, "retelling")
        self.move(EventKind.TASK_RETOLD, at, self.party.holder, "retold", retelling=self.told)

    def understand(self, at: datetime, *, proposal: bool = False) -> None:
        """Confirm the retelling; price and dates are fixed from here."""
        assert self.told is not None  # a retelling comes before its confirmation
        self._go_on(at)
        columns = self.told.columns
        price = columns["proposal_price"] if proposal else columns["price"]
        self.deadline = columns["proposal_deadline_at"] if proposal else self.deadline
        red = half_of(self.created + self.stood, self.deadline)
        self.set(
            price=price,
            deadline_at=self.deadline,
            red_line_at=red if red > at else half_of(at, self.deadline),
            understood_at=at,
        )
        agreed = self.fact(
            "agreement",
            at,
            self.party.client,
            retelling_id=self.told,
            channel=self.task.columns["channel"],
            proposal=proposal,
            price=price,
            deadline_at=self.deadline,
        )
        self.move(
            EventKind.TASK_UNDERSTOOD,
            at,
            self.party.client,
            "working",
            agreement=agreed,
            retelling=self.told,
            proposal=proposal,
        )

    def report(self, at: datetime, progress: int, *, on_time: bool = True) -> None:
        """Report the progress, whether the date holds, and what would help."""
        help_ = self.work.one("help")
        row = self.fact(
            "report", at, self.party.holder, progress=progress, on_time=on_time, help=help_
        )
        self.set(off_course_at=at if help_ or not on_time else None)
        self.move(
            EventKind.TASK_RED_LINE,
            at,
            self.party.holder,
            report=row,
            progress=progress,
            on_time=on_time,
        )

    def deliver(self, at: datetime, *, met: bool = True) -> None:
        """Deliver, with an answer to each criterion."""
        answers = [
            {"id": row, "text": row.columns["text"], "met": met or place > 0, "note": ""}
            for place, row in enumerate(self.criteria)
        ]
        share = round(100 * sum(bool(answer["met"]) for answer in answers) / len(answers))
        self.delivery = self.fact(
            "delivery", at, self.party.holder, text=self.work.one("delivery"), criteria=answers
        )
        self.set(delivered_at=at, overdue_at=None, met_share=share)
        self.move(
            EventKind.TASK_DELIVERED,
            at,
            self.party.holder,
            "delivered",
            delivery=self.delivery,
            met=share,
        )

    def judge(
        self,
        kind: str,
        at: datetime,
        score: int | None,
        comment: str,
        then: str | None = None,
        by: Player | None = None,
    ) -> Row:
        """Judge the delivery: accept, rework, settle or dispute it."""
        judge = by or self.party.client
        state = {
            EventKind.TASK_ACCEPTED: "accepted",
            EventKind.TASK_SETTLED: "accepted",
            EventKind.TASK_REWORKED: "working",
        }.get(EventKind(kind))
        row = self.fact(
            "acceptance",
            at,
            judge,
            delivery_id=self.delivery,
            score=score,
            comment=comment,
            then=then,
            by_kind=_part(self.party, judge),
            channel=self.task.columns["channel"] if judge is self.party.client else "web",
        )
        return self.move(
            kind, at, judge, state, acceptance=row, score=score, met=self.task.columns["met_share"]
        )

    def say(self, at: datetime, line: str) -> None:
        """Write a message between client and assistant, `c …` or `a …`."""
        who, _, words = line.partition(" ")
        by = self.party.client if who == "c" else self.party.holder
        kind, channel = _part(self.party, by), self.task.columns["channel"] if who == "c" else "web"
        row = self.pile.add(
            "message",
            at,
            company_id=self.party.firm.id,
            task_id=self.task,
            direction="said",
            author_kind=kind,
            author_id=by.id,
            channel=channel,
            text=words,
        )
        self.event(
            EventKind.TASK_MESSAGE, at, by, message=row, to="assistant" if who == "c" else "client"
        )

    def attach(self, at: datetime, line: str) -> None:
        """Attach a client's file to the brief, with its bytes stored where the project stores
        them."""
        name, _, content = line.partition(" | ")
        raw = content.replace("\\n", "\n").encode()
        digest = hashlib.sha256(raw).digest()
        place = attachments.path_of(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(raw)
        row = self.fact(
            "attachment",
            at,
            self.party.client,
            name=name,
            type="text/csv" if name.endswith("csv") else "text/plain",
            size=len(raw),
            sha256=digest,
            part="brief",
        )
        self.event(EventKind.TASK_FILE, at, self.party.client, file=row)

    def _stand(self, at: datetime, why: str) -> None:
        if self.pause is None:
            self.pause = self.fact("pause", at, None, why=why)
            self.set(waiting_since=at, waiting_for="client")

    def _go_on(self, at: datetime) -> None:
        if self.pause is not None:
            waited = at - self.pause.at
            self.pause.columns["to_at"], self.pause = at, None
            self.stood += waited
            self.deadline += waited if "fixed" not in self.work.flags else timedelta(0)
            self.set(
                waiting_since=None,
                waiting_for=None,
                waited_s=int(self.stood.total_seconds()),
                deadline_at=self.deadline,
            )


def _part(party: Party, by: Player | None) -> str:
    """Return the role in which somebody acts."""
    if by is None:
        return "system"
    return {party.client.id: "client", party.holder.id: "assistant"}.get(by.id, "operator")


def _raw(channel: str, client: Player, text: str, at: datetime) -> dict[str, Any]:
    """Return an inbound message as received: a form, a text's webhook or a mail."""
    sender = {"sms": client.phone, "email": client.email}.get(channel, "")
    key = hashlib.sha256(f"{sender} {at.isoformat()} {text}".encode()).hexdigest()[:32]
    if channel == "sms":
        raw, key, account = (
            urlencode({"MessageSid": f"SM{key}", "From": sender, "Body": text}).encode(),
            f"SM{key}",
            settings().twilio_from,
        )
    elif channel == "email":
        raw, key, account = (
            mail(sender, text, key),
            f"<{key}@demo.example>",
            f"tasks@{settings().mail_domain}",
        )
    else:
        raw, account = raw_of({"text": text, "key": key}), "demo"
    return {
        "account": account,
        "provider_id": key,
        "sender": sender,
        "raw": raw,
        "digest": hashlib.sha256(raw).digest(),
    }


def mail(sender: str, text: str, key: str, subject: str = "") -> bytes:
    """Return a mail's bytes."""
    letter = EmailMessage()
    letter["From"], letter["Subject"], letter["Message-ID"] = (
        sender,
        subject or title_of(text),
        f"<{key}@demo.example>",
    )
    letter.set_content(text)
    return letter.as_bytes()
