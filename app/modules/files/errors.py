from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, Forbidden, NotFound, PayloadTooLarge, Unavailable, Unprocessable


class UploadNotFound(NotFound):
    code: ClassVar[str] = "upload_not_found"
    title: ClassVar[str] = "There is no such upload."


class UploadTooLarge(PayloadTooLarge):
    code: ClassVar[str] = "upload_too_large"
    title: ClassVar[str] = "The file is larger than files of its kind may be."


class TooManyUploads(Conflict):
    code: ClassVar[str] = "too_many_uploads"
    title: ClassVar[str] = "Too many of your company's uploads are unfinished: complete them, or wait until they end."


class StorageFull(Conflict):
    code: ClassVar[str] = "storage_full"
    title: ClassVar[str] = "Your company's files take all the space that it has."


class UploadNotClean(Conflict):
    """`status` says where the upload stands, `rejection` why it was refused."""

    code: ClassVar[str] = "upload_not_clean"
    title: ClassVar[str] = "Only a file that was checked and found clean can be attached."


class UploadOfOtherKind(Unprocessable):
    code: ClassVar[str] = "upload_of_other_kind"
    title: ClassVar[str] = "This asks for a file of another kind."


class UploadAlreadyAttached(Conflict):
    code: ClassVar[str] = "upload_already_attached"
    title: ClassVar[str] = "The file is attached to something already."


class FormRefused(Forbidden):
    code: ClassVar[str] = "form_refused"
    title: ClassVar[str] = "The form was not signed by us, was changed, or its time is over."


class FormIncomplete(Unprocessable):
    code: ClassVar[str] = "form_incomplete"
    title: ClassVar[str] = "The form needs its fields as they were handed out, and one file."


class LinkRefused(NotFound):
    code: ClassVar[str] = "link_refused"
    title: ClassVar[str] = "There is no such file, or the link's time is over."


class FilesUnavailable(Unavailable):
    code: ClassVar[str] = "files_unavailable"
    title: ClassVar[str] = "The store of files does not answer right now."
