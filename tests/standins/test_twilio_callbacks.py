"""What the Twilio stand-in tells the desk: statuses and incoming messages, signed, also after a
kill."""

from __future__ import annotations

import signal
import socket
import threading

import requests
from twilio.request_validator import RequestValidator

from tests.standins.twilio_process import (
    ACCOUNT,
    DESK,
    PERSON,
    TOKEN,
    Desk,
    Running,
    Start,
    eventually,
)


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
    eventually(
        lambda: (
            {line["status"] for line in standin.sent()} == {"delivered"} and len(desk.got) >= 120
        )
    )
    assert [desk.statuses(sid) for sid in sids] == [["sent", "delivered"]] * 60


def test_a_failed_callback_is_tried_three_times_and_the_flow_goes_on(
    standin: Running, desk: Desk
) -> None:
    desk.answers = [500, 503, 404]
    sent = standin.send(status_callback=desk.url)
    eventually(lambda: desk.statuses(sent.sid) == ["sent", "sent", "sent", "delivered"])


def test_only_loopback_is_called(standin: Running) -> None:
    for url in ("http://192.0.2.1/x", "http://example.org/x", "http://127.0.0.1.example.org/"):
        sent = standin.send(status_callback=url)
        eventually(
            lambda sid=sent.sid: standin.client.messages(sid).fetch().status == "delivered",
            within=3,
        )  # type: ignore[misc]
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
    for wrong in (
        {"from": PERSON},
        {"from": PERSON, "to": "!"},
        {"from": PERSON, "to": DESK, "sid": "SM1"},
    ):
        assert (
            requests.post(f"{standin.base}/standin/inbound", json=wrong, timeout=5).status_code
            == 400
        )
