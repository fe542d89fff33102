"""REST, version 1: the table of all calls."""

from __future__ import annotations

from flask import Blueprint

from service.api import answers, attachments, document, inbox, money, steps, talk, tasks
from service.api.answers import Listed
from service.api.calls import Call
from service.api.errors import refused
from service.core.errors import DomainError

api = Blueprint("api", __name__, url_prefix="/api/v1")

CALLS = (
    Call("POST /tasks", tasks.hand_over, answers.Task, 201),
    Call("GET /tasks", tasks.tasks, Listed[answers.Task]),
    Call("GET /tasks/{task}", tasks.task, answers.Task),
    Call("PUT /tasks/{task}/parameters", tasks.set_parameters, answers.Task),
    Call("POST /tasks/{task}/triage", steps.triage, answers.Task),
    Call("POST /tasks/{task}/return", steps.give_back, answers.Task),
    Call("POST /tasks/{task}/assignment", steps.assignment, answers.Task),
    Call("POST /tasks/{task}/claim", steps.claim, answers.Task),
    Call("POST /tasks/{task}/briefing", steps.briefing, answers.Task),
    Call("POST /tasks/{task}/retelling", steps.retelling, answers.Task),
    Call("POST /tasks/{task}/understanding", steps.verdict, answers.Task),
    Call("POST /tasks/{task}/red-line", steps.red_line_report, answers.Task),
    Call("POST /tasks/{task}/delivery", steps.delivery, answers.Task),
    Call("POST /tasks/{task}/acceptance", steps.acceptance, answers.Task),
    Call("POST /tasks/{task}/resolution", steps.resolution, answers.Task),
    Call("POST /tasks/{task}/praise", steps.praise, answers.Task),
    Call("POST /tasks/{task}/cancellation", steps.cancellation, answers.Task),
    Call("GET /tasks/{task}/events", talk.events, Listed[answers.Event]),
    Call("GET /tasks/{task}/messages", talk.messages, Listed[answers.Message]),
    Call("POST /tasks/{task}/messages", talk.add_message, answers.Message, 201),
    Call("GET /tasks/{task}/questions", talk.questions, Listed[answers.Question]),
    Call("POST /tasks/{task}/questions", talk.add_question, answers.Question, 201),
    Call("POST /tasks/{task}/answers", talk.add_answer, answers.Question, 201),
    Call("GET /tasks/{task}/files", attachments.files, Listed[answers.File]),
    Call("POST /tasks/{task}/files", attachments.add_file, answers.File, 201, form=True),
    Call("GET /tasks/{task}/files/{file}", attachments.file, media="application/octet-stream"),
    Call("GET /work", tasks.work, Listed[answers.Task]),
    Call("GET /inbound", inbox.inbound, Listed[answers.Inbound]),
    Call("GET /inbound/{inbound}", inbox.inbound_one, answers.Inbound),
    Call("GET /inbound/{inbound}/raw", inbox.inbound_raw, media="application/octet-stream"),
    Call("GET /charges", money.charges, Listed[answers.Charge]),
    Call("GET /invoices", money.invoices, Listed[answers.Invoice]),
    Call("GET /invoices/{number}.pdf", money.invoice_pdf, media="application/pdf"),
    Call("GET /balance", money.balance, answers.Money),
    Call("GET /categories", money.categories, Listed[answers.Kind]),
)

for call in CALLS:
    api.add_url_rule(call.rule, call.view.__name__, call.view, methods=[call.method])
document.publish(api, CALLS)
api.register_error_handler(DomainError, refused)
