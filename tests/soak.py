"""A soak test that nothing is lost or done twice: messages through three channels, each delivered
twice, while processes are killed at random.

`python -m tests.soak 10000` runs it in full and prints the figures; the test suite runs it with
300.
"""

from __future__ import annotations

import json
import random
import smtplib
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage

import redis
from twilio.request_validator import RequestValidator

from tests.running_desk import RunningDesk

VICTIMS = (
    "web",
    "work-1",
    "work-2",
    "mail-1",
    "mail-2",
    "sms-1",
    "pay-1",
    "push-1",
    "relay",
    "clock",
    "mailroom",
    "valkey",
    "crew",
)
PHONE, EMAIL = "+37129990001", "soak@example.com"


@dataclass
class Result:
    """What came of it."""

    sent: int
    kills: Counter[str]
    accepted_s: float
    finished_s: float
    tasks: int
    doubled: int
    acknowledgements: Counter[int] = field(default_factory=Counter)
    charges: int = 0
    leftovers: int = 0
    needing: int = 0


class Soak:
    """One run against one desk."""

    def __init__(self, desk: RunningDesk, count: int, pause: float, spread: float) -> None:
        self.desk, self.count, self.pause, self.spread = desk, count, pause, spread
        self.began = 0.0
        self.kills: Counter[str] = Counter()
        self.done = threading.Event()
        self.key = ""
        self.settings: dict[str, str] = {}

    def prepare(self) -> None:
        """A company with a person who has a mail address and a phone, and an API key."""
        slug = self.desk.command("company", "add", "Soak", "--owner", EMAIL).splitlines()[0]
        self.key = self.desk.command("apikey", "add", "--company", slug)
        self.desk.run_as_system(
            "insert into address (person_id, company_id, kind, value, verified_at)"
            " select person_id, company_id, 'phone', %s, now() from membership limit 1",
            PHONE,
        )
        self.settings = self.desk.settings()

    def run(self) -> Result:
        """Send while killing, wait until all is worked off, count."""
        began = self.began = time.monotonic()
        killer = threading.Thread(target=self.chaos)
        killer.start()
        with ThreadPoolExecutor(6) as senders:
            list(senders.map(self.deliver, range(self.count)))
        accepted = time.monotonic() - began
        self.done.set()
        killer.join()
        self.settle(240 + self.count / 20)
        return self.count_up(accepted, time.monotonic() - began)

    def chaos(self) -> None:
        """Kill somebody every now and then; Valkey is flushed once and PostgreSQL killed once, in
        the middle."""
        turn = 0
        while not self.done.wait(random.uniform(0.5, 1.5) * self.pause):
            turn += 1
            if turn >= 3 and not self.kills["flush"]:
                self.flush()
            name = (
                "postgres" if turn >= 5 and not self.kills["postgres"] else random.choice(VICTIMS)
            )
            try:
                self.kills[name] += self.desk.kill(name)
            except OSError:
                continue

    def flush(self) -> None:
        """Empty Valkey."""
        try:
            redis.Redis.from_url(self.settings["REDIS_URL"]).flushall()
            self.kills["flush"] += 1
        except redis.RedisError:
            return  # Valkey is just being started again: the next turn tries once more

    def deliver(self, number: int) -> None:
        """One message through its channel, twice, each time until it is taken."""
        send = (self.rest, self.sms, self.mail)[number % 3]
        time.sleep(max(0.0, self.began + self.spread * number / self.count - time.monotonic()))
        for _time in range(2):
            until = time.monotonic() + 120
            while not send(number):
                if time.monotonic() > until:
                    raise AssertionError(f"message {number} was not taken within two minutes")
                time.sleep(0.2)

    def words(self, number: int) -> str:
        """Words that no command and no answer reads like."""
        return f"Find the best supplier number {number} of green tea and compare prices"

    def rest(self, number: int) -> bool:
        request = urllib.request.Request(
            f"{self.desk.url}/api/v1/tasks",
            json.dumps({"text": self.words(number)}).encode(),
            {
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"soak-{number}",
            },
        )
        return _taken(request)

    def sms(self, number: int) -> bool:
        form = {
            "MessageSid": f"SM{number:032x}",
            "AccountSid": self.settings["TWILIO_ACCOUNT_SID"],
            "From": PHONE,
            "To": self.settings["TWILIO_FROM"],
            "Body": self.words(number),
            "NumMedia": "0",
        }
        address = f"{self.desk.url}/hooks/twilio/message"
        signature = RequestValidator(self.settings["TWILIO_AUTH_TOKEN"]).compute_signature(
            address, form
        )
        return _taken(
            urllib.request.Request(
                address, urllib.parse.urlencode(form).encode(), {"X-Twilio-Signature": signature}
            )
        )

    def mail(self, number: int) -> bool:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = EMAIL, "tasks@desk.localhost", f"Tea {number}"
        mail["Message-ID"] = f"<soak-{number}@example.com>"
        mail["Authentication-Results"] = "mx.desk.test; dmarc=pass header.from=example.com"
        mail.set_content(self.words(number))
        try:
            with smtplib.SMTP("127.0.0.1", self.desk.mail_port, timeout=15) as server:
                server.send_message(mail)
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def settle(self, seconds: float) -> None:
        """Wait until nothing is due any more."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            open_, kept = self.desk.rows(
                "select (select count(*) from due where done_at is null and needs_person_at is"
                " null), (select count(*) from inbound where state = 'kept')"
            )[0]
            if not open_ and not kept:
                return
            time.sleep(0.5)

    def count_up(self, accepted: float, finished: float) -> Result:
        """What is there, and what the vendors' servers received."""
        ((tasks, texts),) = self.desk.rows("select count(*), count(distinct text) from task")
        ((leftovers, needing, charges),) = self.desk.rows(
            "select (select count(*) from due where done_at is null and needs_person_at is null) +"
            " (select count(*) from due where lease_token is not null), (select count(*) from due"
            " where needs_person_at is not null), (select count(*) from charge)"
        )
        return Result(
            self.count,
            self.kills,
            accepted,
            finished,
            tasks,
            tasks - texts,
            self.acknowledged(),
            charges,
            leftovers,
            needing,
        )

    def acknowledged(self) -> Counter[int]:
        """How often each task's number was acknowledged: texts as the stand-in counts them, mail by
        distinct Message-ID."""
        numbers: Counter[int] = Counter()
        since = 0
        while batch := json.load(
            urllib.request.urlopen(
                f"{self.settings['TWILIO_API_BASE']}/standin/messages?since={since}&limit=500"
            )
        ):
            since = batch[-1]["rowid"]
            numbers.update(
                int(sent["body"].split("task ")[1].split(".")[0])
                for sent in batch
                if "got it, task " in sent["body"]
            )
        numbers.update(
            int(mail["Subject"].split(":")[0])
            for mail in self.desk.postman.mails.values()
            if "we have received task" in _text(mail)
        )
        return numbers


def _text(mail: object) -> str:
    return mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]


def _taken(request: urllib.request.Request) -> bool:
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            return 200 <= answer.status < 300
    except (urllib.error.URLError, OSError, ValueError):
        return False


def soak(count: int, pause: float, spread: float) -> Result:
    """A desk of its own, the run, spread over at least so many seconds, and what came of it."""
    desk = RunningDesk(more={"MAIL_AUTHSERV": "mx.desk.test"})
    try:
        desk.start()
        run = Soak(desk, count, pause, spread)
        run.prepare()
        return run.run()
    finally:
        desk.stop()


def main() -> None:
    """Print the figures; exit 1 where anything was lost or doubled."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    result = soak(count, pause=1.0, spread=count / 50)
    missing = result.tasks - len(result.acknowledgements)
    twice = sum(1 for times in result.acknowledgements.values() if times > 1)
    print(
        f"messages {result.sent}, each delivered twice; kills {sum(result.kills.values())}:"
        f" {dict(result.kills)}"
    )
    print(
        f"taken in {result.accepted_s:.0f} s ({2 * result.sent / result.accepted_s:.0f}"
        f" deliveries/s), all worked off after {result.finished_s:.0f} s"
    )
    print(
        f"tasks {result.tasks}, doubled {result.doubled}, acknowledged twice {twice}, not"
        f" acknowledged {missing}, charges {result.charges}, leftover rows {result.leftovers}, for"
        f" a person {result.needing}"
    )
    sys.exit(
        result.tasks != result.sent or bool(result.doubled or twice or missing or result.leftovers)
    )


if __name__ == "__main__":
    main()
