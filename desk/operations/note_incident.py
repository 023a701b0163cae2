"""Write down what somebody saw, said or decided. Notes are never changed."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from desk.models import IncidentNote
from desk.operations.lock_incident import words_of


def note_incident(*, incident_id: UUID, words: str, at: datetime, by: User) -> IncidentNote:
    """A closed incident takes notes too. :raises WordsMissing: if nothing is said"""
    return IncidentNote.objects.create(
        incident_id=incident_id,
        words=words_of(words, "Write what was seen, said or decided."),
        noted_at=at,
        noted_by=by,
    )
