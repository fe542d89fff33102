#!/usr/bin/env bash
# Walks one task through each channel, from message to invoice, on a desk that `make run` started here, and prints each state.
# Needs curl and the desk's own .venv. `DATA_DIR` says where the desk's data is (default var).
set -euo pipefail
cd "$(dirname "$0")/.."
DATA_DIR="${DATA_DIR:-var}"
PY="${PY:-.venv/bin/python}"
set -a; . "$DATA_DIR/desk.env"; set +a
flask() { "$PY" -m flask --app wsgi "$@"; }
json() { "$PY" -c "import json,sys; d=json.load(sys.stdin)
for part in sys.argv[1].split('.'): d = d[int(part) if part.isdecimal() else part]
print(d)" "$1"; }
api() { # KEY METHOD PATH [BODY]
  curl -fsS -X "$2" -H "Authorization: Bearer $1" -H 'Content-Type: application/json' -H "Idempotency-Key: $RANDOM$RANDOM$RANDOM" "$PUBLIC_URL/api/v1$3" ${4:+-d "$4"}
}

# A word of its own for each task: words that look alike would find each other, since a search forgives slips of the pen.
read -r BY_PROGRAM BY_TEXT BY_MAIL <<<"$("$PY" -c 'import secrets; print(*(secrets.token_hex(6) for _ in range(3)))')"
CLIENT=$(flask apikey add --company demo --name tour)
HELPER=$(flask apikey add --staff assistant@demo.example --name tour)
DESK=$(flask apikey add --staff operator@demo.example --name tour)

newest() { # words of the task: its id, once it is there
  for _ in $(seq 50); do
    id=$(api "$CLIENT" GET "/tasks?q=$1" | "$PY" -c 'import json,sys; d=json.load(sys.stdin)["data"]; print(d[0]["id"] if d else "")')
    [ -n "$id" ] && { echo "$id"; return; }
    sleep 0.2
  done
  echo "the task did not appear" >&2; exit 1
}

state() { api "$CLIENT" GET "/tasks/$1" | json state; }

await() { # TASK STATE
  for _ in $(seq 100); do [ "$(state "$1")" = "$2" ] && { echo "   $2"; return; }; sleep 0.1; done
  echo "task $1 is $(state "$1"), not $2" >&2; exit 1
}

lead() { # TASK: from triage to the invoice
  task=$1
  for _ in $(seq 50); do s=$(state "$task"); [ "$s" != received ] && break; sleep 0.1; done
  echo "   $s"
  if [ "$s" = triage ]; then api "$DESK" POST "/tasks/$task/triage" '{"decision":"delegate","category":"research"}' >/dev/null; await "$task" queued; fi
  api "$HELPER" POST "/tasks/$task/claim" '{}' >/dev/null; await "$task" assigned
  api "$HELPER" POST "/tasks/$task/briefing" '{}' >/dev/null; await "$task" briefed
  retelling=$(api "$HELPER" POST "/tasks/$task/retelling" '{"text":"You want three offers compared by price.","plan":"Ask each of them."}' | json retelling.id)
  await "$task" retold
  confirm "$task" "$retelling"; await "$task" working
  api "$HELPER" POST "/tasks/$task/red-line" '{"progress":60,"on_time":true}' >/dev/null; echo "   reported at the red line"
  criteria=$(api "$CLIENT" GET "/tasks/$task" | "$PY" -c 'import json,sys; print(json.dumps([{"id":c["id"],"met":True,"note":"checked"} for c in json.load(sys.stdin)["parameters"]["criteria"]]))')
  api "$HELPER" POST "/tasks/$task/delivery" "{\"text\":\"Here are the three.\",\"criteria\":$criteria}" >/dev/null; await "$task" delivered
  accept "$task"; await "$task" accepted
  for _ in $(seq 50); do
    invoice=$(api "$CLIENT" GET /invoices | "$PY" -c "import json,sys; print(next((i['number'] for i in json.load(sys.stdin)['data'] if i['task']['id'] == $task), ''))")
    [ -n "$invoice" ] && break; sleep 0.1
  done
  [ -n "$invoice" ] || { echo "no invoice for task $task" >&2; exit 1; }
  curl -fsS -H "Authorization: Bearer $CLIENT" "$PUBLIC_URL/api/v1/invoices/$invoice.pdf" -o "$DATA_DIR/tour.pdf"
  [ "$(head -c 4 "$DATA_DIR/tour.pdf")" = "%PDF" ]
  echo "   invoice $invoice"
}

sms() { # BODY: a text from the demo client's phone, signed as Twilio signs
  "$PY" - "$1" <<'P'
import os, sys, urllib.parse, urllib.request, uuid
from twilio.request_validator import RequestValidator
form = {"MessageSid": f"SM{uuid.uuid4().hex}", "AccountSid": os.environ["TWILIO_ACCOUNT_SID"], "From": "+37120000001",
        "To": os.environ["TWILIO_FROM"], "Body": sys.argv[1], "NumMedia": "0"}
address = os.environ["PUBLIC_URL"] + "/hooks/twilio/message"
signature = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"]).compute_signature(address, form)
urllib.request.urlopen(urllib.request.Request(address, urllib.parse.urlencode(form).encode(), {"X-Twilio-Signature": signature}))
P
}

mail() { # SUBJECT BODY: a mail from the demo client
  "$PY" - "$1" "$2" <<'P'
import os, smtplib, sys, uuid
from email.message import EmailMessage
mail = EmailMessage()
mail["From"], mail["To"], mail["Subject"] = "client@demo.example", f"tasks@{os.environ.get('MAIL_DOMAIN', 'desk.localhost')}", sys.argv[1]
mail["Message-ID"] = f"<{uuid.uuid4().hex}@demo.example>"
mail.set_content(sys.argv[2])
with smtplib.SMTP("127.0.0.1", int(os.environ["MAIL_PORT"])) as server:
    server.send_message(mail)
P
}

by_program() { api "$CLIENT" POST "/tasks/$1/understanding" "{\"retelling\":$2,\"verdict\":\"confirmed\"}" >/dev/null; }
accept_by_program() { api "$CLIENT" POST "/tasks/$1/acceptance" '{"score":90}' >/dev/null; }
confirm() { by_program "$@"; }
accept() { accept_by_program "$@"; }

api "$CLIENT" GET /categories >/dev/null
echo "1. by program (REST)"
lead "$(api "$CLIENT" POST /tasks "{\"text\":\"Find three offers for paper bags, tour $BY_PROGRAM\"}" | json id)"

echo "2. by text message"
sms "Find three offers for tea tins, tour $BY_TEXT"
confirm() { sleep 1; sms "Y $(api "$CLIENT" GET "/tasks/$1" | json number)"; }
accept() { sleep 1; sms "1 $(api "$CLIENT" GET "/tasks/$1" | json number)"; }
lead "$(newest "$BY_TEXT")"
confirm() { by_program "$@"; }
accept() { accept_by_program "$@"; }

echo "3. by mail"
mail "Offers for cups, tour $BY_MAIL" "Please find three offers for cups and compare prices."
lead "$(newest "$BY_MAIL")"

echo "done"
