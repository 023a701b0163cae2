"""The board of the flow: who waits at each stage, since when, and what was refused."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.db.models import Count, Window
from django.db.models.functions import RowNumber

from billing.models import StageRefusal
from kernel.stage import Stage

SHOWN_PER_STAGE = 25


@dataclass(frozen=True, slots=True)
class RefusalRow:
    """An open refusal: who, why, and the sentence that says what to do."""

    id: UUID
    stage: str
    subject_id: UUID
    subject_label: str
    code: str
    message: str
    first_at: datetime
    last_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many are refused at a stage with the same code."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One stage as the board shows it. `oldest` is since when the oldest waits."""

    name: str
    waits_as: str
    writes: str
    once_because: str
    waiting: int
    oldest: datetime | None
    codes: tuple[CodeCount, ...]
    refusals: tuple[RefusalRow, ...]

    @property
    def refused(self) -> int:
        return sum(one.count for one in self.codes)


@dataclass(frozen=True, slots=True)
class RetryRow:
    """Who let a refused subject try again."""

    at: datetime
    by: str
    subject: str
    code: str


def flow_lanes(*, stages: Sequence[Stage], at: datetime) -> tuple[Lane, ...]:
    """Every stage at an instant: one count a stage, and two queries for all refusals."""
    counts = (
        StageRefusal.objects.filter(resolved_at=None)
        .order_by("stage", "code")
        .values_list("stage", "code")
        .annotate(open=Count("pk"))
    )
    codes: dict[str, list[CodeCount]] = defaultdict(list)
    for stage, code, count in counts:
        codes[stage].append(CodeCount(code, count))
    refusals = open_refusals(per_stage=SHOWN_PER_STAGE)
    return tuple(
        lane_of(one, at=at, codes=codes[one.name], refusals=refusals[one.name]) for one in stages
    )


def lane_of(
    stage: Stage, *, at: datetime, codes: Sequence[CodeCount], refusals: Sequence[RefusalRow]
) -> Lane:
    waiting, oldest = stage.waiting_count(at=at)
    return Lane(
        name=stage.name,
        waits_as=stage.waits_as,
        writes=stage.writes,
        once_because=stage.once_because,
        waiting=waiting,
        oldest=oldest,
        codes=tuple(codes),
        refusals=tuple(refusals),
    )


def open_refusals(*, per_stage: int, run_id: UUID | None = None) -> dict[str, list[RefusalRow]]:
    """Open refusals by stage, oldest first, at most `per_stage` of each; of one run if named."""
    rows = StageRefusal.objects.filter(resolved_at=None)
    if run_id:
        rows = rows.filter(run=run_id)
    place = Window(RowNumber(), partition_by=["stage"], order_by=["first_at", "pk"])
    rows = rows.annotate(place=place).filter(place__lte=per_stage).order_by("stage", "place")
    by_stage: dict[str, list[RefusalRow]] = defaultdict(list)
    for row in rows:
        by_stage[row.stage].append(
            RefusalRow(**{field.name: getattr(row, field.name) for field in fields(RefusalRow)})
        )
    return by_stage


def recent_retries(*, limit: int = 10) -> tuple[RetryRow, ...]:
    """The last times somebody let refused subjects try again. Two queries."""
    entries = list(
        LogEntry.objects.filter(
            content_type__app_label="billing", content_type__model="stagerefusal"
        ).select_related("user")[:limit]
    )
    refusals = StageRefusal.objects.in_bulk([UUID(entry.object_id) for entry in entries])
    return tuple(
        RetryRow(
            at=entry.action_time,
            by=entry.user.get_username(),
            subject=refusals[UUID(entry.object_id)].subject_label,
            code=refusals[UUID(entry.object_id)].code,
        )
        for entry in entries
    )
