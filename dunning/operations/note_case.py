"""Write down what a customer answered or what was done by hand. Notes are never changed."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from dunning.enums import NoteKind
from dunning.models import CaseNote
from dunning.operations.refusals import ReasonMissing


def note_case(
    *, case_id: UUID, kind: NoteKind, words: str, at: datetime, by: User | None = None
) -> CaseNote:
    """:raises ReasonMissing: if nothing is said"""
    if not words.strip():
        raise ReasonMissing("Write what was said or done.")
    return CaseNote.objects.create(
        case_id=case_id, kind=kind, words=words.strip(), noted_at=at, noted_by=by
    )
