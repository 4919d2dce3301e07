"""Use cases of customers: codes, signing in and out, one's own row and sessions."""

from app.modules.customers.service.codes import (
    Asked,
    code_of,
    forget_old_codes,
    open_challenge,
    recipient_of,
    request_code,
    show_challenge,
    warned_of,
)
from app.modules.customers.service.days import show_texts
from app.modules.customers.service.own import change_address, change_me, end_session, list_sessions, show_me
from app.modules.customers.service.reseal import reseal
from app.modules.customers.service.sign_in import SignedIn, log_out, verify_code

__all__ = [
    "Asked",
    "SignedIn",
    "change_address",
    "change_me",
    "code_of",
    "end_session",
    "forget_old_codes",
    "list_sessions",
    "log_out",
    "open_challenge",
    "recipient_of",
    "request_code",
    "reseal",
    "show_challenge",
    "show_me",
    "show_texts",
    "verify_code",
    "warned_of",
]
