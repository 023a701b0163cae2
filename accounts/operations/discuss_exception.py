"""Words and files beside a request."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction

from accounts.calc.refusals import ReasonMissing, TermsInvalid
from accounts.models import ExceptionAttachment, ExceptionComment, ExceptionRequest

LARGEST = 10 * 1024 * 1024
BEGINNINGS = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}


def comment_exception(*, request_id: UUID, text: str, by: User, at: datetime) -> ExceptionComment:
    """
    Add a comment.

    :raises ReasonMissing: if it is empty
    """
    if not text.strip():
        raise ReasonMissing()
    return ExceptionComment.objects.create(request_id=request_id, text=text.strip(), by=by, at=at)


def check_attachment(upload: "File[bytes]") -> str:
    """
    The content type its first bytes show; what a browser claims does not count.

    :raises TermsInvalid: if it is too large, or neither PDF, PNG nor JPEG
    """
    if not 0 < (upload.size or 0) <= LARGEST:
        raise TermsInvalid("attachment", "attach a file of up to 10 MB that is not empty")
    upload.seek(0)
    start = upload.read(16)
    upload.seek(0)
    for content_type, beginnings in BEGINNINGS.items():
        if start.startswith(beginnings):
            return content_type
    raise TermsInvalid("attachment", "attach a PDF, PNG or JPEG")


@transaction.atomic
def attach_to_exception(
    *, asked: ExceptionRequest, upload: "File[bytes]", by: User | None, at: datetime
) -> ExceptionAttachment:
    """
    Keep a file with its digest; the same file again is the one already there.

    :raises TermsInvalid: see check_attachment
    """
    content_type = check_attachment(upload)
    digest = hashlib.sha256(upload.read()).hexdigest()
    upload.seek(0)
    known = asked.attachments.filter(sha256=digest).first()
    if known:
        return known
    return ExceptionAttachment.objects.create(
        request=asked, file=upload, name=(upload.name or "attachment")[:200],
        content_type=content_type, size=upload.size, sha256=digest, by=by, at=at,
    )  # fmt: skip
