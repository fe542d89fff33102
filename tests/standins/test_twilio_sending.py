"""What the Twilio stand-in takes to send, what it refuses, and its lists, through Twilio's own
client."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest
import requests

from tests.standins.twilio_process import (
    ACCOUNT,
    API,
    DESK,
    PERSON,
    START_WITHIN,
    TOKEN,
    Running,
    eventually,
    raw,
    refused,
)


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
    sent = standin.client.messages.create(
        to=PERSON, messaging_service_sid="MG" + "1" * 32, body="Hi"
    )
    assert (sent.from_, sent.num_segments) == (None, "0")
    eventually(lambda: standin.client.messages(sent.sid).fetch().status == "delivered")
    assert standin.client.messages(sent.sid).fetch().from_ == DESK


def test_whatsapp_addresses_are_taken(standin: Running) -> None:
    assert (
        standin.send(to=f"whatsapp:{PERSON}", from_=f"whatsapp:{DESK}").to == f"whatsapp:{PERSON}"
    )


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
def test_twilio_refuses_with_its_own_codes(
    standin: Running, fields: dict[str, str], code: int
) -> None:
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


def test_pages_stay_put_while_messages_come(standin: Running) -> None:
    sids = [standin.send(body=str(number)).sid for number in range(5)][::-1]
    first = raw(standin, "GET", f"{API}.json?PageSize=2").json()
    standin.send(body="one more")
    second = raw(standin, "GET", first["next_page_uri"]).json()
    third = raw(standin, "GET", second["next_page_uri"]).json()
    assert [
        message["sid"] for page in (first, second, third) for message in page["messages"]
    ] == sids
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
    [
        "PageSize=0",
        "PageSize=1001",
        "Page=-1",
        "DateSent=soon",
        "To=!",
        "PageToken=PAx",
        "PageToken=x",
    ],
)
def test_a_wrong_question_is_400(standin: Running, query: str) -> None:
    answer = raw(standin, "GET", f"{API}.json?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def test_sigterm_ends_it_cleanly(standin: Running) -> None:
    standin.send()
    standin.process.terminate()
    assert standin.process.wait(START_WITHIN) == 0


def test_many_sends_over_one_connection_are_all_kept(standin: Running) -> None:
    connection = HTTPConnection(standin.base.removeprefix("http://"), timeout=10)
    key = requests.auth._basic_auth_str(ACCOUNT, TOKEN)
    headers = {"Authorization": key, "Content-Type": "application/x-www-form-urlencoded"}
    sids = set()
    for _ in range(200):
        connection.request(
            "POST", f"{API}.json", "To=%2B37120000001&From=%2B15005550006&Body=Labdien", headers
        )
        answer = connection.getresponse()
        assert answer.status == 201
        sids.add(json.loads(answer.read())["sid"])
    assert len(sids) == 200 and sids == {line["sid"] for line in standin.sent(limit=1000)}
