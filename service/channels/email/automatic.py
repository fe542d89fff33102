"""Whether a mail was written by a machine: by its headers, by its envelope, by its subject, by its
words. Such mail is never answered.

What headers or envelope say is certain. A subject or a sentence may be a person's, so a person
looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

Verdict = Literal["", "perhaps", "certain"]
SENDERS = re.compile(
    r"^(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+-].*)?@", re.IGNORECASE
)
# Headers that only machines write that answer, or report a mail that could not be delivered
# (X-Failed-Recipients is Exim's).
MARKS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "X-Failed-Recipients")
ANSWERS = (
    r"automatic (?:reply|response)|auto[ -]?(?:reply|response|responder)"
    r"|out of (?:the )?office(?: (?:auto[ -]?)?reply)?|out-of-office"
    r"|ooo|vacation (?:reply|response|notice)|away from (?:the )?office"
    r"|авто(?:матический )?ответ|авто-ответ|вне офиса|не в офисе|в отпуске|нет на месте|отсутствую"
    r"|automatische antwort|abwesenheitsnotiz|réponse automatique|respuesta automática"
    r"|risposta automatica"
    r"|odpowiedź automatyczna|automātiskā atbilde|automaatvastus|automatinis atsakymas"
)
REPORTS = (
    r"delivery status notification|undelivered mail|undeliverable|mail delivery (?:failed"
    r"|failure|system|subsystem)"
    r"|mail system error|failure notice|returned mail|(?:message )?delivery (?:failure|failed"
    r"|delayed)|delayed mail"
    r"|message (?:undeliverable|could not be delivered)"
    r"|не доставлено|недоставленн\w+|(?:сообщение|письмо) не доставлено|ошибка доставки"
    r"|уведомление о (?:не)?доставке"
    r"|не удалось доставить"
)
SUBJECT = re.compile(
    rf"^(?:re:\s*)?(?:(?:{ANSWERS})\s*(?:$|re\b|[:(\[.!–—-])|(?:{REPORTS})(?:\b|$))", re.IGNORECASE
)
# What no person writes of their own mail.
MACHINE = re.compile(
    r"this is an automat(?:ic|ed) (?:reply|response|message|notification|e-?mail)"
    r"|(?:please )?do not (?:reply|respond) to this (?:e-?mail|message)"
    r"|could not be delivered to (?:one or more|the following)"
    r"|это автоматическ(?:ий ответ|ое (?:сообщение|письмо|уведомление))"
    r"|не отвечайте на это (?:письмо|сообщение)"
    r"|не (?:удалось|может быть) доставлен\w* (?:следующим|адресат)",
    re.IGNORECASE,
)
# What a person writes once for all who write: a note only where it answers something.
ABSENCE = re.compile(
    r"\b(?:i am|i['’]m|i will be|i['’]ll be) (?:currently |now )?(?:out of (?:the )?office"
    r"|on (?:vacation|holidays?|annual leave|leave"
    r"|(?:parental|maternity|paternity|sick) leave)|away)\b"
    r"|\b(?:я |меня )?(?:сейчас )?(?:(?:нахожусь )?в отпуске|не будет (?:в офисе|на месте)"
    r"|буду отсутствовать|отсутствую|вне офиса)\b",
    re.IGNORECASE,
)
MAX_NOTE = 1000


def marked(header: Callable[[str], str], sender: str, content_type: str) -> bool:
    """Whether the headers say that a machine answers or reports; `header` gives one by its name,
    empty where it is missing."""
    return (
        header("Auto-Submitted").strip().lower() not in ("", "no")
        or header("Precedence").strip().lower() == "auto_reply"
        or any(header(name) for name in MARKS)
        or header("Return-Path").strip() == "<>"
        or content_type == "multipart/report"
        or bool(SENDERS.match(sender))
    )


def bulk(header: Callable[[str], str], names: list[str]) -> bool:
    """Whether it came as lists send mail, or asks for no automatic answer; a person may have
    written it."""
    return (
        header("Precedence").strip().lower() in ("bulk", "list", "junk")
        or bool(header("X-Auto-Response-Suppress"))
        or any(name.lower().startswith("list-") for name in names)
    )


def verdict(subject: str, text: str, *, answers: bool, envelope: str) -> Verdict:
    """Return what the envelope's sender, the subject and the words say of a mail; `answers` is
    whether it refers to another mail."""
    if envelope.strip("<> ") == "":
        return "certain"
    if SUBJECT.match(subject.strip()[:300]):
        return "certain" if answers else "perhaps"
    if len(text) > MAX_NOTE:
        return ""
    return "perhaps" if MACHINE.search(text) or (answers and ABSENCE.search(text)) else ""
