"""Error messages for database constraints: from the name of a constraint to a sentence.

Every constraint of the database is listed here: with the sentence shown to whoever violates it, or
with the reason why nobody can violate it. A test compares this list with the database and fails
where a constraint has no entry.
"""

from __future__ import annotations

import psycopg
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

_MADE_ALREADY = _l("This message is already a task.")
_TAKEN_ADDRESS = _l("This address is already in use. Sign in with it or enter another one.")

SENTENCES = {
    "uq_login_email": _TAKEN_ADDRESS,
    "uq_address_verified": _TAKEN_ADDRESS,
    "uq_company_slug": _l("A company with this name was created at the same moment. Try again."),
    "uq_membership_company_id_person_id": _l("Already in this company"),
    "pk_login": _l("This person already signs in with another address."),
    "pk_staff": _l("Already a member of the staff"),
    "uq_task_inbound_id": _MADE_ALREADY,
    "uq_message_inbound_id": _l("This message is already on its task."),
    "uq_inbound_channel_account_provider_id": _l("Already received."),
    "uq_api_answer_key_id_route_key": _l(
        "The first request with this key is still being processed. Try again in a second."
    ),
    "uq_charge_task_id_kind": _l("This task is already charged."),
}
OTHERWISE = _l("Someone else changed this at the same moment. Check it and try again.")

# Why a constraint cannot be violated, and the constraints of which that is true.
NOBODY: dict[str, tuple[str, ...]] = {
    "Only a restore writes it, and draws it at random.": ("uq_restored_epoch",),
    "The database draws the number.": tuple(
        f"pk_{table}"
        for table in (
            "acceptance",
            "address",
            "agreement",
            "api_answer",
            "api_key",
            "ask",
            "attachment",
            "charge",
            "company",
            "criterion",
            "delivery",
            "due",
            "event",
            "findable",
            "holding",
            "inbound",
            "invoice",
            "ledger_line",
            "lesson",
            "login_session",
            "login_token",
            "membership",
            "message",
            "pause",
            "person",
            "posting",
            "praise",
            "push_subscription",
            "question",
            "report",
            "restored",
            "retelling",
            "saved_filter",
            "task",
        )
    ),
    "The number is drawn by the database, so it is unique together with the company too.": tuple(
        f"uq_{table}_company_id_id"
        for table in (
            "acceptance",
            "agreement",
            "ask",
            "attachment",
            "charge",
            "criterion",
            "delivery",
            "event",
            "holding",
            "lesson",
            "message",
            "pause",
            "posting",
            "praise",
            "question",
            "report",
            "retelling",
            "task",
        )
    ),
    "The insert says what happens to a row that is there already (on conflict).": (
        "pk_draft",
        "pk_handbook",
        "pk_invoice_year",
        "pk_playbook",
        "uq_findable_task_id_message_id",
        "uq_push_subscription_endpoint",
    ),
    "A company's numbers come from a sequence of its own.": ("uq_task_number_company_id",),
    "Invoice numbers are counted in a row that is locked until the invoice is committed.": (
        "uq_invoice_number",
    ),
    "It is written right after the row that it belongs to, in the same transaction, once.": (
        "uq_invoice_charge_id",
        "uq_due_event_id_reaction",
        "uq_posting_event_id_kind",
    ),
    "The vendor gives one intent for each charge, whose row is held meanwhile.": (
        "ix_charge_intent",
    ),
    "256 random bits; of a code, hashed with its person and address, the earlier one goes first.": (
        "uq_api_key_key_hash",
        "uq_login_session_token_hash",
        "uq_login_token_token_hash",
    ),
    "Only migrations write it.": ("alembic_version_pkc",),
    "The fact's task was read in the same transaction, and tasks are never deleted.": (
        *(
            f"fk_{table}_company_id_task_id"
            for table in (
                "acceptance",
                "agreement",
                "ask",
                "attachment",
                "charge",
                "criterion",
                "delivery",
                "event",
                "findable",
                "holding",
                "lesson",
                "message",
                "pause",
                "praise",
                "question",
                "report",
                "retelling",
            )
        ),
        "fk_event_task_id",
        "fk_message_task_id",
    ),
    "People are never deleted; the id is that of who is signed in, or was read just before.": (
        "fk_address_person_id",
        "fk_api_answer_person_id",
        "fk_api_key_person_id",
        "fk_draft_person_id",
        "fk_event_by_id",
        "fk_handbook_updated_by",
        "fk_inbound_person_id",
        "fk_login_person_id",
        "fk_login_session_person_id",
        "fk_login_token_person_id",
        "fk_membership_person_id",
        "fk_message_author_id",
        "fk_message_to_id",
        "fk_playbook_updated_by",
        "fk_push_subscription_person_id",
        "fk_saved_filter_person_id",
        "fk_staff_person_id",
        "fk_task_entered_by",
        "fk_task_holder_id",
        "fk_task_person_id",
    ),
    "Companies are never deleted; the id is that of the scope, or was read just before.": (
        "fk_address_company_id",
        "fk_api_answer_company_id",
        "fk_api_key_company_id",
        "fk_charge_company_id",
        "fk_due_company_id",
        "fk_event_company_id",
        "fk_handbook_company_id",
        "fk_inbound_company_id",
        "fk_invoice_company_id",
        "fk_ledger_line_company_id",
        "fk_login_token_company_id",
        "fk_membership_company_id",
        "fk_message_company_id",
        "fk_posting_company_id",
        "fk_task_company_id",
    ),
    "What it refers to was written or read in the same transaction, and is never deleted.": (
        "fk_acceptance_company_id_delivery_id",
        "fk_agreement_company_id_retelling_id",
        "fk_api_answer_key_id",
        "fk_charge_event_id",
        "fk_due_company_id_event_id",
        "fk_due_event_id",
        "fk_findable_company_id_message_id",
        "fk_invoice_company_id_charge_id",
        "fk_ledger_line_company_id_posting_id",
        "fk_message_inbound_id",
        "fk_posting_event_id",
        "fk_push_subscription_session_id",
        "fk_task_inbound_id",
    ),
}


def name_of(error: IntegrityError | psycopg.IntegrityError) -> str:
    """Return the name of the constraint; "" where it has none (a column that may not be empty)."""
    found = error.orig if isinstance(error, IntegrityError) else error
    return (found.diag.constraint_name or "") if isinstance(found, psycopg.Error) else ""


def sentence_of(error: IntegrityError | psycopg.IntegrityError) -> str:
    """Return the message for whoever violated this constraint, in their language."""
    return str(SENTENCES.get(name_of(error), OTHERWISE))
