"""Use cases of signing in, one file each."""

from app.modules.identity.service.me import log_out, log_out_everywhere, show_me
from app.modules.identity.service.refresh import refresh
from app.modules.identity.service.register import register
from app.modules.identity.service.sign_in import sign_in
from app.modules.identity.service.staff import create_staff

__all__ = ["create_staff", "log_out", "log_out_everywhere", "refresh", "register", "show_me", "sign_in"]
