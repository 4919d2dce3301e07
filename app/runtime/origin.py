"""Where the request that runs comes from; empty in the worker and on the command line."""

from __future__ import annotations

from contextvars import ContextVar

address: ContextVar[str] = ContextVar("caller_address", default="")
