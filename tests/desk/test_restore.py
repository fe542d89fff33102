"""A backup restored onto a running desk: nothing is done a second time, nothing is given out
again."""

from __future__ import annotations

import json
import smtplib
import time
import urllib.error
import urllib.request
import uuid
from email.message import EmailMessage
from functools import partial
from xmlrpc.client import ServerProxy

import pytest
import stripe

from devdesk import programs
from tests.running_desk import RunningDesk
from tests.talk import checked

OWNER = "owner@example.com"


class Desk(RunningDesk):
    """A running desk with a company, its card, and the keys to lead a task from its words to its
    invoice."""

    def furnish(self):
        self.slug = self.command("company", "add", "Bakery", "--owner", OWNER).splitlines()[0]
        self.keys = {"client": self.command("apikey", "add", "--company", self.slug)}
        for role in ("assistant", "operator"):
            self.command("staff", "add", f"{role}@example.com", "--role", role)
            self.keys[role] = self.command("apikey", "add", "--staff", f"{role}@example.com")
        conf = self.settings()
        self.stripe = stripe.StripeClient(
            conf["STRIPE_API_KEY"], base_addresses={"api": conf["STRIPE_API_BASE"]}
        )
        customer = self.stripe.v1.customers.create({"email": OWNER}).id
        method = self.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id
        self.run_as_system(
            "update company set stripe_customer = %s, stripe_method = %s where slug = %s",
            customer,
            method,
            self.slug,
        )

    def api(self, role, method, path, body=None):
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            json.dumps(body).encode() if body is not None else None,
            {"Authorization": f"Bearer {self.keys[role]}", "Content-Type": "application/json"},
            method=method,
        )
        for _try in range(40):
            try:
                with urllib.request.urlopen(request, timeout=15) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(0.25)  # the database ended its connections a moment ago
        raise AssertionError(f"{path} answers 503 for ten seconds")

    def hand_over(self, words):
        task = self.api("client", "POST", "/tasks", {"text": words, "category": "research"})["id"]
        self.until(lambda: self.api("client", "GET", f"/tasks/{task}")["state"] == "queued")
        return task

    def deliver(self, task):
        def say(role, path, body):
            return self.api(role, "POST", f"/tasks/{task}{path}", body)

        say("assistant", "/claim", {}), say("assistant", "/briefing", {})
        retelling = say(
            "assistant",
            "/retelling",
            {"text": "You want three offers compared by price.", "plan": "Ask each."},
        )
        say(
            "client",
            "/understanding",
            {"retelling": retelling["retelling"]["id"], "verdict": "confirmed"},
        )
        say("assistant", "/red-line", {"progress": 60, "on_time": True})
        criteria = self.api("client", "GET", f"/tasks/{task}")["parameters"]["criteria"]
        say(
            "assistant",
            "/delivery",
            {
                "text": "Here are the three.",
                "criteria": [{"id": one["id"], "met": True, "note": "checked"} for one in criteria],
            },
        )

    def accept(self, task):
        self.api("client", "POST", f"/tasks/{task}/acceptance", {"score": 100})

    def paid(self, task):
        return [
            intent
            for intent in self.stripe.v1.payment_intents.list({"limit": 100})
            if intent.metadata["task"] == str(task) and intent.status == "succeeded"
        ]

    def charge(self, task):
        rows = self.rows("select state, intent_id, amount from charge where task_id = %s", task)
        return rows[0] if rows else None

    def switch(self, name, *, on):
        server = ServerProxy(
            "http://localhost", transport=programs._Unix(programs.control(self.folder))
        )
        (server.supervisor.startProcess if on else server.supervisor.stopProcess)(name)

    def until(self, holds, seconds=30):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                if holds():
                    return
            except (OSError, urllib.error.HTTPError):
                pass
            time.sleep(0.2)
        raise AssertionError("it did not come about")

    def restore(self, *options):
        return json.loads(
            self.command("restore", str(self.folder / "backup"), "--yes", "--json", *options)
        )

    def reply(self, words, reference):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"], mail["In-Reply-To"] = (
            OWNER,
            "tasks@desk.localhost",
            "Re: it",
            reference,
        )
        mail["Authentication-Results"] = checked(OWNER)
        mail["Message-ID"] = f"<{uuid.uuid4().hex}@example.com>"
        mail.set_content(words)
        self.until(lambda: self.taken(mail))

    def taken(self, mail):
        """Hand a mail in as a mail server does: what is answered 4xx is tried again."""
        try:
            with smtplib.SMTP("127.0.0.1", self.mail_port, timeout=15) as server:
                return server.send_message(mail) == {}
        except smtplib.SMTPResponseException as error:
            assert 400 <= error.smtp_code < 500
            return False


@pytest.fixture(scope="module")
def desk():
    made = Desk(more={"MAIL_AUTHSERV": "mx.desk.test"})
    try:
        made.start()
        made.furnish()
        yield made
    finally:
        made.stop()


def test_a_charge_and_a_mail_in_between_are_made_once_twice_from_one_backup(desk):
    # Before the backup: a charge that the vendor cannot be asked for, a mail that its server does
    # not take yet, and a delivery that is accepted only afterwards.
    open_charge, accepted_later = (
        desk.hand_over("Compare three bakers by price"),
        desk.hand_over("Compare three mills by price"),
    )
    desk.deliver(open_charge), desk.deliver(accepted_later)
    desk.until(lambda: len(desk.postman.mails) >= 8)
    desk.postman.answer = "451 later"
    desk.switch("stripe", on=False)
    desk.accept(open_charge)
    desk.until(lambda: desk.charge(open_charge))
    pending = desk.hand_over("Compare three gardeners by price")
    desk.until(
        lambda: desk.rows(
            "select 1 from message where task_id = %s and template = 'acknowledge'", pending
        )
    )
    desk.command("backup", str(desk.folder / "backup"))
    # Between backup and restore both go through; a task is accepted, and one comes that no backup
    # knows.
    desk.postman.answer = "250 OK"
    desk.switch("stripe", on=True)
    desk.accept(accepted_later)
    desk.until(
        lambda: all(
            (desk.charge(task) or ("",))[0] == "paid" for task in (open_charge, accepted_later)
        ),
        60,
    )
    lost = desk.hand_over("Compare three plumbers by price")
    desk.until(
        lambda: any("plumbers" in str(mail["Subject"]) for mail in desk.postman.mails.values()), 60
    )
    desk.until(
        lambda: any("gardeners" in str(mail["Subject"]) for mail in desk.postman.mails.values()), 60
    )
    lost_mail = next(
        mail for mail in desk.postman.mails.values() if "plumbers" in str(mail["Subject"])
    )
    ((lost_number,),) = desk.rows("select number from task where id = %s", lost)
    sent = dict(desk.postman.copies)

    seen = {"tasks": {lost}, "numbers": {lost_number}, "ids": set(sent)}
    for _time in range(2):
        result = desk.restore()
        assert result["on_hold"] >= 1 and len(result["epoch"]) == 8
        desk.until(lambda: desk.get("/readyz"))
        # What was paid is found at the vendor, not paid again.
        desk.until(lambda: desk.charge(open_charge)[0] == "paid", 60)
        desk.accept(accepted_later)
        desk.until(lambda: (desk.charge(accepted_later) or ("",))[0] == "paid", 60)
        assert [len(desk.paid(task)) for task in (open_charge, accepted_later)] == [1, 1]
        assert desk.charge(accepted_later)[1] == desk.paid(accepted_later)[0].id
        # What was sent waits for an operator.
        assert desk.rows(
            "select state from message where task_id = %s and template = 'acknowledge'", pending
        ) == [("held",)]
        assert {name: count for name, count in desk.postman.copies.items() if count > 1} == {}
        # New ids, numbers and Message-IDs are nobody else's.
        new = desk.hand_over("Compare three florists by price")
        ((number,),) = desk.rows("select number from task where id = %s", new)
        desk.until(
            partial(desk.rows, "select 1 from message where task_id = %s and state = 'sent'", new)
        )
        ids = {
            name for name, mail in desk.postman.mails.items() if "florists" in str(mail["Subject"])
        } - seen["ids"]
        assert new not in seen["tasks"] and new > max(seen["tasks"]) + 900_000
        assert (
            number not in seen["numbers"] and number % 1000 < 3 and number >= max(seen["numbers"])
        )
        assert len(ids) == 1 and result["epoch"] in ids.pop()
        # An answer to a mail of the lost time lands on no task of today.
        desk.reply("Yes, please take the second plumber", lost_mail["Message-ID"])
        desk.until(
            lambda: desk.rows(
                "select 1 from inbound where text like %s and state <> 'kept'", "%second plumber%"
            )
        )
        assert (
            desk.rows(
                "select 1 from message where direction = 'said' and text like %s and task_id = %s",
                "%plumber%",
                new,
            )
            == []
        )
        seen["tasks"].add(new), seen["numbers"].add(number), seen["ids"].update(desk.postman.mails)


def test_invoice_numbers_go_on_after_the_highest_that_is_proven_and_the_lost_ones_are_noted(desk):
    ((before,),) = desk.rows("select max(last) from invoice_year")
    desk.command("backup", str(desk.folder / "backup"))
    task = desk.hand_over("Compare three glaziers by price")
    desk.deliver(task), desk.accept(task)
    desk.until(lambda: (desk.charge(task) or ("",))[0] == "paid", 60)
    year = time.gmtime().tm_year
    result = desk.restore("--last-invoice", f"PO-{year}-{before + 7}")
    assert result["lost"] == {str(year): [before + 1, before + 7]}
    after = desk.hand_over("Compare three tilers by price")
    desk.deliver(after), desk.accept(after)
    desk.until(lambda: desk.charge(after))
    assert desk.rows(
        "select i.number from invoice i join charge c on c.id = i.charge_id where c.task_id = %s",
        after,
    ) == [(f"PO-{year}-{before + 8}",)]


def test_links_and_addresses_of_the_backup_stay_valid(desk):
    task = desk.hand_over("Compare three roofers by price")
    desk.until(
        lambda: desk.rows("select 1 from message where task_id = %s and state = 'sent'", task)
    )
    mail = next(mail for mail in desk.postman.mails.values() if "roofers" in str(mail["Subject"]))
    link = next(word for word in mail.get_body(("plain",)).get_content().split() if "/t/" in word)
    assert b"roofers" in desk.get(link.removeprefix(desk.url))
    desk.command("backup", str(desk.folder / "backup"))
    desk.restore()
    desk.until(lambda: desk.get("/readyz"))
    assert b"roofers" in desk.get(link.removeprefix(desk.url))
    desk.reply("Only those who work on Sundays", mail["Message-ID"])
    desk.until(
        lambda: desk.rows(
            "select 1 from message where task_id = %s and text like %s", task, "%Sundays%"
        )
    )


def test_what_is_no_backup_changes_nothing(desk):
    ((tasks,),) = desk.rows("select count(*) from task")
    (desk.folder / "backup").write_bytes(b"PGDMP but not really")
    with pytest.raises(AssertionError, match="pg_restore failed"):
        desk.restore()
    assert desk.rows("select count(*) from task") == [(tasks,)]
