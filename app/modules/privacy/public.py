"""What an operator may ask of privacy."""

from app.modules.privacy.service import ListUnreadable, reapply

__all__ = ["ListUnreadable", "reapply"]
