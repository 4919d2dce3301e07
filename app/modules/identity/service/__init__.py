"""Use cases of signing in, one file each."""

from app.modules.identity.service.email_change import ask_for_email_change, change_email
from app.modules.identity.service.me import change_me, log_out, log_out_everywhere, show_me
from app.modules.identity.service.open_sessions import end_session, list_sessions
from app.modules.identity.service.passwords import ask_for_reset, change_password, reset_password
from app.modules.identity.service.refresh import refresh, session_of_refresh_token
from app.modules.identity.service.register import register
from app.modules.identity.service.reseal import reseal_addresses
from app.modules.identity.service.second_factor import (
    confirm,
    disable,
    enrol,
    require_fresh_proof,
    step_up,
)
from app.modules.identity.service.sign_in import sign_in, sign_in_with_code
from app.modules.identity.service.sign_in_policy import set_sign_in_policy, show_sign_in_policy
from app.modules.identity.service.staff import change_staff, create_staff, hire, list_staff
from app.modules.identity.service.verify_email import (
    ask_for_verification,
    has_verified_email,
    require_verified_email,
    verify_email,
)

__all__ = [
    "ask_for_email_change",
    "ask_for_reset",
    "ask_for_verification",
    "change_email",
    "change_me",
    "change_password",
    "change_staff",
    "confirm",
    "create_staff",
    "disable",
    "end_session",
    "enrol",
    "has_verified_email",
    "hire",
    "list_sessions",
    "list_staff",
    "log_out",
    "log_out_everywhere",
    "refresh",
    "register",
    "require_fresh_proof",
    "require_verified_email",
    "reseal_addresses",
    "reset_password",
    "session_of_refresh_token",
    "set_sign_in_policy",
    "show_me",
    "show_sign_in_policy",
    "sign_in",
    "sign_in_with_code",
    "step_up",
    "verify_email",
]
