"""Words of pages that depend on who reads and what is there: errors, an invitation, messages, the
phone's lines."""

from __future__ import annotations

from flask_babel import force_locale

from service.core.config import settings
from service.web import contact
from service.web.charts import phone
from service.web.filters import work
from tenants import isolation
from tenants.company import Company
from tenants.isolation import db
from tenants.signin import links
from tests.talk import text, work_off


def test_an_error_leads_who_is_signed_out_to_the_front_page_and_to_sign_in(client):
    shown = client.get("/nowhere").get_data(as_text=True)
    assert 'class="btn btn-main" href="/"' in shown and 'class="btn" href="/login"' in shown


def test_a_closed_part_says_it_once_and_offers_another_name(world, client):
    desk = world.sign_in(client, world.staff("operator"))
    answer = desk.get("/admin")
    assert (
        answer.status_code == 403
        and answer.text.count("no access to this") == 0
        and 'action="/logout"' in answer.text
    )
    assert 'class="btn btn-main" href="/app"' in answer.text


def test_an_invitation_names_the_company(world, client):
    owner = world.client()
    with isolation.transaction(isolation.system("test")):
        token = links.invite("new@example.com", owner.company_id, "member")
    with isolation.transaction(isolation.system("test")):
        name = db.session.get(Company, owner.company_id).name
    assert f"Join {name}</h1>" in client.get(f"/join/{token}").text


def test_messages_count_what_waits_in_triage_and_say_where_there_are_no_words(world, client):
    desk = world.sign_in(client, world.staff("operator"))
    text(client, "+37127779955", "Can you do books?")
    work_off()
    shown = desk.get("/desk/messages").text
    assert 'href="/desk/triage">' in shown and "in triage</a>" in shown
    assert shown.index(">Received<") < shown.index(">Sent<")


def test_what_came_in_by_the_page_leads_to_its_task_by_its_title(world, client):
    task_id = world.task(world.client(), text="Paint the fence of the herb garden")
    world.sign_in(client, world.staff("operator"))
    assert (
        f'<a href="/desk/tasks/{task_id}">Paint the fence of the herb garden</a>'
        in client.get("/desk/messages").text
    )


def test_the_phone_keeps_a_day_with_its_hour_and_both_letters_together():
    lines = [
        line
        for bubble in phone.drawn(
            [phone.Said(False, "Шесть предложений, пт 18:00. Верно? Д или Н", "")]
        ).bubbles
        for _y, line in bubble.lines
    ]
    assert "пт\u00a018:00" in " ".join(lines) and "Д\u00a0или\u00a0Н" in " ".join(lines)


def test_the_firm_stands_in_the_foot_and_on_the_privacy_page_where_it_is_set(client, monkeypatch):
    assert "Brīvības" not in client.get("/privacy").text
    monkeypatch.setattr(
        contact,
        "settings",
        lambda: settings().model_copy(update={"invoice_from": "Poruchi SIA; Brīvības iela 1"}),
    )
    assert client.get("/privacy").text.count("Poruchi SIA, Brīvības iela 1") == 2


def test_a_size_is_written_in_the_readers_manner(app):
    with app.test_request_context(), force_locale("ru"):
        assert work.size(1_468_006) == "1,4\u00a0МБ"
    with app.test_request_context(), force_locale("en"):
        assert work.size(1_468_006) == "1.4 MB" and work.size(10) == "1 KB"
