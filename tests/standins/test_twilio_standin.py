"""The Twilio stand-in as its callers meet it: a real process, Twilio's own client, real callbacks."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from workers.standins import contract, extract
from workers.standins.segments import segments
from workers.standins.twilio import create_app

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT, TOKEN = "AC" + "0a" * 16, "a-token-for-tests"
DESK, PERSON = "+15005550006", "+37120000001"
API = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
START_WITHIN = 20.0  # seconds


class ReplacedBase(TwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """Twilio's HTTP client with another base address, as the desk uses it."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=10)
        self.base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """The same request to our address."""
        return super().request(method, url.replace("https://api.twilio.com", self.base), *args, **kwargs)


@dataclass
class Running:
    """A stand-in's process, and how to speak with it."""

    process: subprocess.Popen[str]
    base: str
    state: Path
    log: Path

    @property
    def client(self) -> Client:
        """Twilio's own client for it."""
        return Client(ACCOUNT, TOKEN, http_client=ReplacedBase(self.base))

    def send(self, **fields: Any) -> Any:
        """Send a message, by default an ordinary one."""
        return self.client.messages.create(**{"to": PERSON, "from_": DESK, "body": "Labdien!", **fields})

    def order(self, mode: str, **more: Any) -> None:
        """Order a fault."""
        assert requests.post(f"{self.base}/standin/faults", json={"mode": mode, **more}, timeout=5).ok

    def sent(self, **query: Any) -> list[dict[str, Any]]:
        """What was sent."""
        answer = requests.get(f"{self.base}/standin/messages", params=query, timeout=5)
        assert answer.status_code == 200
        lines: list[dict[str, Any]] = answer.json()
        return lines

    def receive(self, **fields: Any) -> dict[str, Any]:
        """A person writes to the desk."""
        message = {"from": PERSON, "to": DESK, "body": "STATUS", **fields}
        answer = requests.post(f"{self.base}/standin/inbound", json=message, timeout=40)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@dataclass
class Desk:
    """A desk that keeps each signed form it gets, and answers with the next of `answers` (then 200)."""

    url: str = ""
    got: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    twiml: str = "<Response/>"

    def statuses(self, sid: str) -> list[str]:
        """The statuses it was told of one message, in order."""
        return [form["MessageStatus"] for _, form, _ in list(self.got) if form.get("MessageSid") == sid]


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    processes: list[subprocess.Popen[str]] = []

    def run(*more: str, port: int = 0) -> Running:
        state, log = tmp_path / "state.db", tmp_path / "standin.log"
        command = [
            sys.executable,
            "-m",
            "workers.standins.twilio",
            "--port",
            str(port),
            "--state",
            str(state),
        ]
        process = subprocess.Popen(
            [*command, "--account", ACCOUNT, "--token", TOKEN, *more],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=log.open("a"),
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready "), log.read_text()
        return Running(process, line.split()[1], state, log)

    yield run
    for process in processes:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def standin(start: Start) -> Running:
    return start()


@pytest.fixture
def desk() -> Iterator[Desk]:
    seen = Desk()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = dict(parse_qsl(raw, keep_blank_values=True))
            seen.got.append((seen.url + self.path, form, self.headers["X-Twilio-Signature"]))
            body = seen.twiml.encode()
            self.send_response(seen.answers.pop(0) if seen.answers else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    seen.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield seen
    server.shutdown()
    server.server_close()


def eventually(true: Callable[[], bool], within: float = 10.0) -> None:
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def refused(call: Callable[[], object]) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as caught:
        call()
    return caught.value


def raw(standin: Running, method: str, path: str, **more: Any) -> requests.Response:
    return requests.request(
        method, standin.base + path, auth=more.pop("auth", (ACCOUNT, TOKEN)), timeout=10, **more
    )


# Sending


def test_a_sent_message_is_queued_and_can_be_fetched(standin: Running) -> None:
    sent = standin.send()
    assert (sent.status, sent.direction, sent.from_, sent.num_segments) == (
        "queued",
        "outbound-api",
        DESK,
        "1",
    )
    fetched = standin.client.messages(sent.sid).fetch()
    assert (fetched.body, fetched.to, fetched.account_sid) == ("Labdien!", PERSON, ACCOUNT)


def test_everything_sent_is_listed_for_the_tests_of_the_desk(standin: Running) -> None:
    sids = [standin.send(body=f"Nr. {number}").sid for number in range(3)]
    lines = standin.sent()
    assert [line["sid"] for line in lines] == sids
    assert lines[0].keys() == {"rowid", "sid", "to", "from", "body", "status", "created_at"}
    assert [line["sid"] for line in standin.sent(since=lines[0]["rowid"], limit=1)] == sids[1:2]


def test_a_messaging_service_finds_the_sender_when_the_message_is_sent(standin: Running) -> None:
    sent = standin.client.messages.create(to=PERSON, messaging_service_sid="MG" + "1" * 32, body="Hi")
    assert (sent.from_, sent.num_segments) == (None, "0")
    eventually(lambda: standin.client.messages(sent.sid).fetch().status == "delivered")
    assert standin.client.messages(sent.sid).fetch().from_ == DESK


def test_whatsapp_addresses_are_taken(standin: Running) -> None:
    assert standin.send(to=f"whatsapp:{PERSON}", from_=f"whatsapp:{DESK}").to == f"whatsapp:{PERSON}"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550004"}, 21610),
        ({"to": "+15005550009"}, 21614),
        ({"from_": "+15005550007"}, 21606),
        ({"from_": "+15005550001"}, 21212),
        ({"to": "tomorrow"}, 21211),
        ({"to": "+1 (500) 555"}, 21211),
        ({"to": ""}, 21604),
        ({"from_": "no such number!"}, 21212),
        ({"from_": ""}, 21603),
        ({"from_": PERSON}, 21266),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"status_callback": "not an address"}, 21609),
        ({"status_callback": "http://127.0.0.1:port/"}, 21609),
        ({"messaging_service_sid": "MG1"}, 21701),
        ({"validity_period": "soon"}, 20001),
        ({"risk_check": "perhaps"}, 20001),
    ],
)
def test_twilio_refuses_with_its_own_codes(standin: Running, fields: dict[str, str], code: int) -> None:
    error = refused(lambda: standin.send(**fields))
    assert (error.code, error.status) == (code, 400)
    assert standin.sent() == []


def test_a_body_of_1600_characters_is_taken(standin: Running) -> None:
    assert standin.send(body="x" * 1600).num_segments == "11"


def test_a_refusal_has_the_shape_of_twilio(standin: Running) -> None:
    answer = raw(standin, "POST", f"{API}.json", data={"From": DESK, "Body": "x"})
    assert answer.status_code == 400
    assert answer.json() == {
        "code": 21604,
        "message": "A 'To' phone number is required.",
        "more_info": "https://www.twilio.com/docs/errors/21604",
        "status": 400,
    }


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "1" * 32, TOKEN)])
def test_a_wrong_key_is_401_with_20003(standin: Running, auth: tuple[str, str] | None) -> None:
    answer = raw(standin, "GET", f"{API}.json", auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_what_is_not_there_is_404_with_20404(standin: Running) -> None:
    paths = [
        f"{API}/SM{'0' * 32}.json",
        f"{API}/nonsense.json",
        API.replace("0a", "0b") + ".json",
        "/2010-04-01/x",
    ]
    answers = [raw(standin, "GET", path) for path in paths]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, 20404)] * 4


# Lists


def test_pages_stay_put_while_messages_come(standin: Running) -> None:
    sids = [standin.send(body=str(number)).sid for number in range(5)][::-1]
    first = raw(standin, "GET", f"{API}.json?PageSize=2").json()
    standin.send(body="one more")
    second = raw(standin, "GET", first["next_page_uri"]).json()
    third = raw(standin, "GET", second["next_page_uri"]).json()
    assert [message["sid"] for page in (first, second, third) for message in page["messages"]] == sids
    assert (third["next_page_uri"], third["page"], third["start"], third["end"]) == (None, 2, 4, 4)
    back = raw(standin, "GET", third["previous_page_uri"]).json()
    assert [message["sid"] for message in back["messages"]] == sids[2:4]


def test_twilios_client_walks_all_pages(standin: Running) -> None:
    sids = {standin.send(body=str(number)).sid for number in range(7)}
    assert {message.sid for message in standin.client.messages.stream(page_size=3)} == sids


def test_lists_are_filtered_by_number_and_day(standin: Running) -> None:
    mine, other = standin.send().sid, standin.send(to="+37120000002").sid
    eventually(lambda: {line["status"] for line in standin.sent()} == {"delivered"})
    messages, today = standin.client.messages, datetime.now(UTC)
    assert [message.sid for message in messages.list(to=PERSON)] == [mine]
    assert [message.sid for message in messages.list(from_=DESK, to="+37120000002")] == [other]
    assert len(messages.list(date_sent=today.date())) == 2
    assert messages.list(date_sent=today.date() - timedelta(days=1)) == []
    assert messages.list(date_sent_before=today - timedelta(days=1)) == []
    assert len(messages.list(date_sent_after=today - timedelta(days=1))) == 2
    assert messages.list(date_sent_after=today + timedelta(days=1)) == []
    assert len(messages.list(date_sent_before=f"{today:%Y-%m-%d}")) == 2


@pytest.mark.parametrize(
    "query",
    ["PageSize=0", "PageSize=1001", "Page=-1", "DateSent=soon", "To=!", "PageToken=PAx", "PageToken=x"],
)
def test_a_wrong_question_is_400(standin: Running, query: str) -> None:
    answer = raw(standin, "GET", f"{API}.json?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


# Status callbacks


def test_status_callbacks_are_signed_and_in_order(standin: Running, desk: Desk) -> None:
    sent = standin.send(body="Ķīmija", status_callback=f"{desk.url}/hooks/twilio/status?task=7")
    eventually(lambda: desk.statuses(sent.sid) == ["sent", "delivered"])
    for url, form, signature in desk.got:
        assert RequestValidator(TOKEN).validate(url, form, signature)
        assert not RequestValidator("another").validate(url, form, signature)
        assert form["SmsStatus"] == form["MessageStatus"]
        assert (form["SmsSid"], form["To"], form["From"]) == (sent.sid, PERSON, DESK)
        assert (form["AccountSid"], form["ApiVersion"]) == (ACCOUNT, "2010-04-01")
    assert standin.client.messages(sent.sid).fetch().status == "delivered"


def test_of_many_messages_each_status_is_told_once(standin: Running, desk: Desk) -> None:
    sids = [standin.send(status_callback=desk.url).sid for _ in range(60)]
    eventually(lambda: {line["status"] for line in standin.sent()} == {"delivered"} and len(desk.got) >= 120)
    assert [desk.statuses(sid) for sid in sids] == [["sent", "delivered"]] * 60


def test_a_failed_callback_is_tried_three_times_and_the_flow_goes_on(standin: Running, desk: Desk) -> None:
    desk.answers = [500, 503, 404]
    sent = standin.send(status_callback=desk.url)
    eventually(lambda: desk.statuses(sent.sid) == ["sent", "sent", "sent", "delivered"])


def test_only_loopback_is_called(standin: Running) -> None:
    for url in ("http://192.0.2.1/x", "http://example.org/x", "http://127.0.0.1.example.org/"):
        sent = standin.send(status_callback=url)
        eventually(lambda sid=sent.sid: standin.client.messages(sid).fetch().status == "delivered", within=3)  # type: ignore[misc]
    assert standin.log.read_text().count("refused") == 6


def test_the_flow_goes_on_after_kill_9(start: Start, desk: Desk) -> None:
    desk.answers = [500] * 40
    standin = start()
    sids = [standin.send(status_callback=desk.url).sid for _ in range(5)]
    eventually(lambda: len(desk.got) >= 3)
    standin.process.send_signal(signal.SIGKILL)
    standin.process.wait()
    desk.answers = []
    again = start(port=int(standin.base.rpartition(":")[2]))
    assert [line["sid"] for line in again.sent()] == sids
    eventually(lambda: all(desk.statuses(sid)[-1:] == ["delivered"] for sid in sids))
    assert {line["status"] for line in again.sent()} == {"delivered"}


def test_no_acknowledged_message_is_lost_by_kill_9(start: Start) -> None:
    standin = start()
    acknowledged: list[str] = []

    def send_until_killed() -> None:
        client = standin.client
        while True:
            try:
                acknowledged.append(client.messages.create(to=PERSON, from_=DESK, body="x").sid)
            except Exception:
                return

    senders = [threading.Thread(target=send_until_killed) for _ in range(3)]
    for sender in senders:
        sender.start()
    eventually(lambda: len(acknowledged) > 30)
    standin.process.kill()
    for sender in senders:
        sender.join()
    assert set(acknowledged) <= {line["sid"] for line in start().sent(limit=1000)}


# Faults


def test_429_strikes_as_often_as_ordered_and_keeps_nothing(standin: Running) -> None:
    standin.order("429", count=2)
    errors = [refused(standin.send) for _ in range(2)]
    assert [(error.status, error.code) for error in errors] == [(429, 20429)] * 2
    assert standin.send().sid == standin.sent()[0]["sid"]


def test_500_after_effect_has_sent_the_message(standin: Running) -> None:
    standin.order("500_after_effect", count=1)
    assert refused(standin.send).status == 500
    assert [line["body"] for line in standin.sent()] == ["Labdien!"]


def test_drop_cuts_the_line_without_an_answer(standin: Running) -> None:
    standin.order("drop", count=1)
    with pytest.raises(requests.ConnectionError):
        raw(standin, "POST", f"{API}.json", data={"To": PERSON, "From": DESK, "Body": "x"})
    assert standin.sent() == []
    assert standin.send().status == "queued"


def test_slow_answers_late_and_none_ends_it(standin: Running) -> None:
    standin.order("slow", count=9, seconds=0.6)
    began = time.monotonic()
    standin.send()
    assert time.monotonic() - began >= 0.6
    standin.order("none")
    began = time.monotonic()
    standin.send()
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("order", [{"mode": "fire"}, {"mode": "429", "count": 0}, {"count": 1}, []])
def test_an_unknown_fault_is_400(standin: Running, order: object) -> None:
    assert requests.post(f"{standin.base}/standin/faults", json=order, timeout=5).status_code == 400


def test_the_controls_are_for_loopback_only(tmp_path: Path) -> None:
    app = create_app(extract.EXTRACT, tmp_path / "other.db", ACCOUNT, TOKEN)
    answers = [
        app.test_client().get("/standin/messages", environ_base={"REMOTE_ADDR": address})
        for address in ("127.0.0.1", "192.0.2.7")
    ]
    app.extensions["standin"].close()
    assert [answer.status_code for answer in answers] == [200, 403]


# Messages in


def test_an_incoming_message_reaches_the_desk_signed(start: Start, desk: Desk) -> None:
    standin = start("--webhook", f"{desk.url}/hooks/twilio/message")
    told = standin.receive(body="Sveiki & labdien")
    url, form, signature = desk.got[0]
    assert (told["status"], told["body"], told["tries"]) == (200, "<Response/>", 1)
    assert RequestValidator(TOKEN).validate(url, form, signature)
    assert (form["Body"], form["From"], form["To"]) == ("Sveiki & labdien", PERSON, DESK)
    assert (form["SmsStatus"], form["NumMedia"], form["FromCountry"]) == ("received", "0", "LV")
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == told["sid"]
    listed = standin.client.messages.list(from_=PERSON)
    assert [(message.sid, message.direction, message.status) for message in listed] == [
        (told["sid"], "inbound", "received")
    ]
    assert standin.sent() == []


def test_the_webhook_is_asked_once_more_where_it_fails(start: Start, desk: Desk) -> None:
    standin = start("--webhook", desk.url)
    desk.answers = [500]
    assert standin.receive()["tries"] == 2
    desk.answers = [500, 403, 200]
    told = standin.receive()
    assert (told["status"], told["tries"], desk.answers) == (403, 2, [200])


def test_a_desk_that_is_away_is_reported_and_the_message_kept(start: Start) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        standin = start("--webhook", f"http://127.0.0.1:{closed.getsockname()[1]}/")
        told = standin.receive()
    assert (told["status"], told["body"], told["tries"]) == (None, None, 2)
    assert standin.client.messages(told["sid"]).fetch().direction == "inbound"


def test_the_same_sid_twice_is_one_message_delivered_twice(start: Start, desk: Desk) -> None:
    standin, sid = start("--webhook", desk.url), "SM" + "c" * 32
    assert [standin.receive(sid=sid)["sid"] for _ in range(2)] == [sid, sid]
    assert len(standin.client.messages.list()) == 1
    assert len(desk.got) == 2


def test_twiml_that_answers_is_sent_back(start: Start, desk: Desk) -> None:
    standin = start("--webhook", desk.url)
    desk.twiml = "<Response><Message>Nr. 12: strādājam</Message></Response>"
    standin.receive()
    (reply,) = standin.sent()
    assert (reply["to"], reply["from"], reply["body"]) == (PERSON, DESK, "Nr. 12: strādājam")
    assert standin.client.messages(reply["sid"]).fetch().direction == "outbound-reply"


def test_media_and_wrong_messages(start: Start, desk: Desk) -> None:
    standin = start("--webhook", desk.url)
    assert standin.receive(num_media=2)["sid"].startswith("MM")
    assert desk.got[0][1].keys() >= {"MediaUrl0", "MediaUrl1", "MediaContentType1"}
    for wrong in ({"from": PERSON}, {"from": PERSON, "to": "!"}, {"from": PERSON, "to": DESK, "sid": "SM1"}):
        assert requests.post(f"{standin.base}/standin/inbound", json=wrong, timeout=5).status_code == 400


# The contract


def test_an_answer_that_breaks_the_contract_is_500_logged_and_counted(standin: Running) -> None:
    sid = standin.send().sid
    eventually(lambda: standin.sent()[0]["status"] == "delivered")
    with sqlite3.connect(standin.state) as state:
        state.execute("update message set status = 'teleported'")
    state.close()
    assert refused(standin.client.messages(sid).fetch).status == 500
    health = requests.get(f"{standin.base}/standin/healthz", timeout=5)
    assert (health.status_code, health.json()["contract_failures"]) == (200, 1)
    assert "CONTRACT BROKEN" in standin.log.read_text()


def test_twilios_own_examples_pass_the_compiled_contract() -> None:
    operations, document = contract.load(extract.EXTRACT), json.loads(extract.EXTRACT.read_text())
    checked = 0
    for operation in (
        item[method] for item in document["paths"].values() for method in extract.METHODS & item.keys()
    ):
        for status, answer in operation["responses"].items():
            for example in answer["content"]["application/json"].get("examples", {}).values():
                operations[operation["operationId"]].check_answer(int(status), example["value"])
                checked += 1
    assert checked > 10


@pytest.mark.parametrize(
    "change",
    [
        {"date_sent": "2023-08-24T05:01:45Z"},
        {"sid": "SM1"},
        {"error_code": "none"},
        {"status": None},
        {"more": 1},
    ],
)
def test_an_answer_that_differs_is_noticed(change: dict[str, Any]) -> None:
    document = json.loads(extract.EXTRACT.read_text())
    answers = document["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]["responses"]
    example = answers["201"]["content"]["application/json"]["examples"]["create"]["value"]
    with pytest.raises(contract.AnswerMismatch):
        contract.load(extract.EXTRACT)["CreateMessage"].check_answer(201, example | change)


def test_the_extract_is_what_the_script_makes_of_the_contract() -> None:
    kept = json.loads(extract.EXTRACT.read_text(encoding="utf-8"))
    assert extract.digest(kept) == kept["x-extract"]["sha256"]
    if extract.FULL.exists():
        assert extract.from_file(extract.FULL) == kept


# Everything else


@pytest.mark.parametrize(
    ("body", "count"),
    [("a" * 160, 1), ("a" * 161, 2), ("€" * 81, 2), ("й" * 70, 1), ("й" * 71, 2), ("👍" * 36, 2)],
)
def test_segments_are_counted_as_the_networks_do(body: str, count: int) -> None:
    assert segments(body) == count


def test_sigterm_ends_it_cleanly(standin: Running) -> None:
    standin.send()
    standin.process.terminate()
    assert standin.process.wait(START_WITHIN) == 0


def test_a_hundred_sends_a_second(standin: Running) -> None:
    connection = HTTPConnection(standin.base.removeprefix("http://"), timeout=10)
    key = requests.auth._basic_auth_str(ACCOUNT, TOKEN)
    headers = {"Authorization": key, "Content-Type": "application/x-www-form-urlencoded"}
    began, count = time.monotonic(), 200
    for _ in range(count):
        connection.request(
            "POST", f"{API}.json", "To=%2B37120000001&From=%2B15005550006&Body=Labdien", headers
        )
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (201, True)
    assert count / (time.monotonic() - began) >= 100
