"""A policy or price is published only after a check with its terms, passed or its differences accepted."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from desk.calc.proposal import Proposal
from desk.enums import CheckState
from desk.models import ReleaseCheckRun
from kernel.refusal import Refusal

COUNTS_FOR = timedelta(hours=12)


class CheckMissing(Refusal):
    code = "release_check_missing"


class CheckRunning(Refusal):
    code = "release_check_running"


class CheckOutdated(Refusal):
    code = "release_check_outdated"


class CheckDiffers(Refusal):
    code = "release_check_differs"


@transaction.atomic
def allow_publication(
    *, check_id: UUID | None, proposal: Proposal, by: User, why: str, at: datetime
) -> ReleaseCheckRun:
    """
    The check that covers exactly these terms. Where results differ, `why` is kept with who and when.

    :raises CheckMissing: if no check was made, or it was of other terms
    :raises CheckRunning: before it is finished
    :raises CheckOutdated: if it is too old
    :raises CheckDiffers: if results differ and nobody says why it goes ahead
    """
    runs = ReleaseCheckRun.objects.select_for_update(of=("self",))
    run = runs.filter(Q(pk=check_id), proposal_digest=proposal.digest).first()
    if run is None:
        raise CheckMissing("These terms were not checked yet. Check them first; it takes a moment.")
    if run.state != CheckState.FINISHED:
        raise CheckRunning("The check still plays its scenarios. Publish once it is finished.")
    if at - run.started_at > COUNTS_FOR:
        raise CheckOutdated("The check is older than twelve hours. Check these terms again.")
    if not run.is_clean and not run.acknowledgment:
        acknowledge(run, by=by, why=why, at=at)
    return run


def acknowledge(run: ReleaseCheckRun, *, by: User, why: str, at: datetime) -> None:
    """:raises CheckDiffers: without a reason"""
    if not why.strip():
        raise CheckDiffers(
            "Scenarios come out differently under these terms. Change the terms, or say why that "
            "is right, then publish."
        )
    run.acknowledged_by, run.acknowledged_at = by, at
    run.acknowledgment = why.strip()[:300]
    run.save(update_fields=["acknowledged_by", "acknowledged_at", "acknowledgment"])
