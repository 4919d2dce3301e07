from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Fault, Unprocessable


class SaidTooLittle(Unprocessable):
    code: ClassVar[str] = "said_too_little"
    title: ClassVar[str] = "Of a name say three letters at least, or something else that the caller knows."

    def __init__(self) -> None:
        super().__init__(faults=(Fault("query:q", self.code, "has fewer than three letters of a name"),))
