"""Use cases of signing in, one file each."""

from app.modules.identity.service.me import log_out, log_out_everywhere, show_me
from app.modules.identity.service.passwords import ask_for_reset, change_password, reset_password
from app.modules.identity.service.refresh import refresh
from app.modules.identity.service.register import register
from app.modules.identity.service.sign_in import sign_in
from app.modules.identity.service.staff import create_staff
from app.modules.identity.service.verify_email import ask_for_verification, require_verified_email, verify_email

__all__ = [
    "ask_for_reset",
    "ask_for_verification",
    "change_password",
    "create_staff",
    "log_out",
    "log_out_everywhere",
    "refresh",
    "register",
    "require_verified_email",
    "reset_password",
    "show_me",
    "sign_in",
    "verify_email",
]
