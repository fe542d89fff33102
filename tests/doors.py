"""Every door of a running desk, knocked at as people and vendors do; an answer is its status."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
import smtplib
import time
from collections.abc import Callable
from email.message import EmailMessage

import requests
from twilio.request_validator import RequestValidator

from tests.running_desk import RunningDesk
from tests.talk import checked

EMAIL, PHONE, PASSWORD = "doors@example.com", "+37129990007", "a long password 12"
WORDS = "Find the best supplier of green tea and compare prices"


class Doors:
    """A company and its owner, who knocks: `knock(door, key)` gives the status, 0 for no answer."""

    def __init__(self, desk: RunningDesk) -> None:
        self.desk, self.settings = desk, desk.settings()
        self.slug, link = desk.command("company", "add", "Doors", "--owner", EMAIL).splitlines()
        self.api_key = desk.command("apikey", "add", "--company", self.slug)
        desk.run_as_system(
            "insert into address (person_id, company_id, kind, value, verified_at)"
            " select person_id, company_id, 'phone', %s, now() from membership limit 1",
            PHONE,
        )
        self.session = requests.Session()
        self._form(link.removeprefix(desk.url), {"name": "Doors", "password": PASSWORD})
        self._form("/login", {"email": EMAIL, "password": PASSWORD})
        self.token = self._token(f"/app/{self.slug}/tasks/new")
        self.doors: dict[str, Callable[[str], int]] = {
            "web": self.web,
            "file": self.file,
            "rest": self.rest,
            "sms": self.sms,
            "stripe": self.stripe,
            "mail": self.mail,
        }
        self.answers: list[requests.Response] = []

    def knock(self, door: str, key: str) -> int:
        """The status of one try at this door with this key, which stands in the words as well."""
        try:
            return self.doors[door](key)
        except requests.RequestException:
            return 0

    def web(self, key: str) -> int:
        return self._post(f"/app/{self.slug}/tasks", data=self._task(key))

    def file(self, key: str) -> int:
        content = io.BytesIO(f"{key}\n".encode() + b"x" * 700_000)
        return self._post(
            f"/app/{self.slug}/tasks", data=self._task(key), files={"file": (f"{key}.bin", content)}
        )

    def rest(self, key: str) -> int:
        return self._post(
            "/api/v1/tasks",
            json={"text": f"{WORDS} {key}"},
            headers={"Authorization": f"Bearer {self.api_key}", "Idempotency-Key": key},
        )

    def sms(self, key: str) -> int:
        form = {
            "MessageSid": f"SM{key}",
            "AccountSid": self.settings["TWILIO_ACCOUNT_SID"],
            "From": PHONE,
            "To": self.settings["TWILIO_FROM"],
            "Body": f"{WORDS} {key}",
            "NumMedia": "0",
        }
        validator = RequestValidator(self.settings["TWILIO_AUTH_TOKEN"])
        signature = validator.compute_signature(f"{self.desk.url}/hooks/twilio/message", form)
        return self._post(
            "/hooks/twilio/message", data=form, headers={"X-Twilio-Signature": signature}
        )

    def stripe(self, key: str) -> int:
        event = {
            "id": f"evt_{key}",
            "object": "event",
            "type": "payment_intent.succeeded",
            "api_version": "2024-01-01",
            "data": {"object": {"id": f"pi_{key}", "object": "payment_intent"}},
        }
        payload, moment = json.dumps(event), int(time.time())
        secret = self.settings["STRIPE_WEBHOOK_SECRET"].encode()
        signature = hmac.new(secret, f"{moment}.{payload}".encode(), hashlib.sha256).hexdigest()
        return self._post(
            "/hooks/stripe",
            data=payload,
            headers={"Stripe-Signature": f"t={moment},v1={signature}"},
        )

    def mail(self, key: str) -> int:
        mail = EmailMessage()
        mail["Authentication-Results"] = checked(EMAIL)
        mail["From"], mail["To"], mail["Subject"] = EMAIL, "tasks@desk.localhost", f"Tea {key}"
        mail["Message-ID"] = f"<{key}@example.com>"
        mail.set_content(f"{WORDS} {key}")
        mail.add_attachment(
            f"{key}\n".encode() + b"y" * 100_000,
            maintype="image",
            subtype="png",
            filename=f"{key}.png",
        )
        try:
            with smtplib.SMTP("127.0.0.1", self.desk.mail_port, timeout=30) as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            return next(iter(error.recipients.values()))[0]
        except smtplib.SMTPResponseException as error:
            return error.smtp_code
        except OSError:
            return 0
        return 250

    def _task(self, key: str) -> dict[str, str]:
        return {"text": f"{WORDS} {key}", "title": key, "key": key, "csrf_token": self.token}

    def _post(self, path: str, **more: object) -> int:
        answer = self.session.post(self.desk.url + path, timeout=30, allow_redirects=False, **more)
        self.answers.append(answer)
        return answer.status_code

    def _token(self, path: str) -> str:
        found = re.search(
            r'name="csrf-token" content="([^"]+)"',
            self.session.get(self.desk.url + path, timeout=30).text,
        )
        assert found, path
        return found[1]

    def _form(self, path: str, fields: dict[str, str]) -> None:
        answer = self.session.post(
            self.desk.url + path, {**fields, "csrf_token": self._token(path)}, timeout=30
        )
        assert answer.status_code == 200, answer.text
