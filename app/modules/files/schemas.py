from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.kernel.text import clean_line
from app.modules.files.rules import TYPES
from app.modules.files.values import ContentType, Rejection, UploadKind, UploadStatus

SEPARATORS: Final = frozenset("/\\")


def refuse_paths(name: str) -> str:
    if SEPARATORS & set(name):
        raise ValueError("must be a file's name without folders")
    return name


FileName = Annotated[
    str, Field(min_length=1, max_length=255), AfterValidator(refuse_paths), BeforeValidator(clean_line)
]


class UploadIn(BaseModel):
    """A file that is going to be sent. `sha256`, in hex, guards against damage on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: UploadKind
    file_name: Annotated[FileName, Field(examples=["cargo-policy-2027.pdf"])]
    content_type: ContentType
    size_bytes: Annotated[int, Field(ge=1, strict=True, examples=[182_044])]
    sha256: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None

    @model_validator(mode="after")
    def refuse_type(self) -> Self:
        if self.content_type not in TYPES[self.kind]:
            raise ValueError(f"a {self.kind} is one of: {', '.join(sorted(TYPES[self.kind]))}")
        return self


class FormOut(BaseModel):
    """Send these fields, then the bytes as the last field `file`, as multipart/form-data to `url`."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


class RejectionOut(BaseModel):
    code: Rejection
    message: str


class UploadOut(BaseModel):
    """Where an upload stands. `url` and `thumbnail_url` are there once it is clean, and live for a minute."""

    id: UUID
    kind: UploadKind
    status: UploadStatus
    file_name: str
    content_type: ContentType
    size_bytes: int
    created_at: datetime
    rejection: RejectionOut | None
    width: int | None
    height: int | None
    is_attached: bool
    url: str | None
    thumbnail_url: str | None


class NewUploadOut(UploadOut):
    form: FormOut
