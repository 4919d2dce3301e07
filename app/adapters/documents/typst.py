"""Papers set by Typst, inside the process and without network.

PDF/A-2b, for keeping, wherever the fonts hold every character. The fonts in the package know the Latin, Greek and
Cyrillic scripts; for a name in others, or with an emoji, `font_folders` must hold a font (such as Noto). Without
one the paper is an ordinary PDF in which the character is an empty box and can still be copied: the bill is more
needed than its archive form.
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

from app.adapters.documents.invoice_words import invoice_words
from app.kernel.ports.documents import InvoiceDocument, RenderingFailed

TEMPLATES: Final = Path(__file__).parent
ARCHIVE_STANDARD: Final = "a-2b"
MISSING_GLYPH: Final = "could not be displayed"


class TypstRenderer:
    def __init__(self, font_folders: Sequence[Path] = ()) -> None:
        self._font_folders = font_folders
        self._compiler: Any = None
        # The compiler is not to be used by two threads at once.
        self._compiling = Lock()

    async def render_invoice(self, document: InvoiceDocument, *, made_at: datetime) -> bytes:
        inputs = {"invoice": json.dumps(invoice_words(document))}
        return await asyncio.to_thread(self._render, inputs, int(made_at.timestamp()))

    def _render(self, inputs: dict[str, str], timestamp: int) -> bytes:
        import typst  # 77 MB, paid by the process that prints

        with self._compiling:
            if self._compiler is None:
                self._compiler = self._start(typst)
            try:
                return self._compile(inputs, timestamp, ARCHIVE_STANDARD)
            except typst.TypstError as error:
                if MISSING_GLYPH not in str(error):
                    raise RenderingFailed("the invoice cannot be set") from error
            try:
                return self._compile(inputs, timestamp, None)
            except typst.TypstError as error:
                raise RenderingFailed("the invoice cannot be set") from error

    def _start(self, typst: Any) -> Any:
        return typst.Compiler(
            TEMPLATES / "invoice.typ",
            root=TEMPLATES,
            font_paths=list(self._font_folders),
            ignore_system_fonts=True,
        )

    def _compile(self, inputs: dict[str, str], timestamp: int, standard: str | None) -> bytes:
        standards = [standard] if standard else []
        pdf: bytes = self._compiler.compile(
            format="pdf", sys_inputs=inputs, pdf_standards=standards, timestamp=timestamp
        )
        return pdf
