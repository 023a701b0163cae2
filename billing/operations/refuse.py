"""Writing down why a subject does not pass a stage, so that a person sees it and the rest goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from uuid6 import uuid7

from billing.models import StageRefusal

UPSERT = """
INSERT INTO billing_stagerefusal
    (id, stage, subject_id, subject_label, code, message, first_at, last_at, attempts)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1)
ON CONFLICT (stage, subject_id) WHERE resolved_at IS NULL DO UPDATE SET
    code = excluded.code, message = excluded.message, last_at = excluded.last_at,
    attempts = billing_stagerefusal.attempts + 1
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """A subject a stage refused: its key, what people call it, a stable code and a sentence."""

    subject_id: UUID
    label: str
    code: str
    message: str


def record_refusals(*, stage: str, refused: Sequence[Refused], at: datetime) -> None:
    """Open a refusal for each subject, or count another attempt on the one already open."""
    with connection.cursor() as cursor:
        cursor.executemany(
            UPSERT,
            [
                (uuid7(), stage, one.subject_id, one.label[:200], one.code, one.message, at, at)
                for one in refused
            ],
        )


def retry_refusals(*, refusal_ids: Sequence[UUID], at: datetime) -> int:
    """Close open refusals so that their stage takes the subjects again; returns how many closed."""
    return StageRefusal.objects.filter(pk__in=refusal_ids, resolved_at=None).update(resolved_at=at)
