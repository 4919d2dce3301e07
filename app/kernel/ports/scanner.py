"""Asks a scanner whether bytes carry something harmful."""

from typing import Protocol


class ScannerUnavailable(Exception):
    """The scanner cannot answer right now. What was not scanned is never taken for clean."""


class Scanner(Protocol):
    async def find_malware(self, body: bytes) -> str | None:
        """The name of what was found, or None. Raises: ScannerUnavailable."""
        ...
