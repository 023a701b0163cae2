"""A policy or price is published only after a check with its terms, passed or its differences accepted."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from desk.calc.proposal import Proposal
from desk.enums import CheckReason, CheckState
from desk.models import ReleaseCheckRun, ReleaseScenario
from desk.operations.release_check import start_release_check
from kernel.refusal import Refusal

COUNTS_FOR = timedelta(hours=12)


class CheckMissing(Refusal):
    code = "release_check_missing"


class CheckRunning(Refusal):
    code = "release_check_running"


class CheckDiffers(Refusal):
    code = "release_check_differs"


def covering_check(*, proposal: Proposal, at: datetime) -> ReleaseCheckRun | None:
    """The newest check of exactly these terms that still counts: not old, no scenario edited since."""
    run = ReleaseCheckRun.objects.filter(
        proposal_digest=proposal.digest, started_at__gt=at - COUNTS_FOR
    ).first()
    edited = run and ReleaseScenario.objects.filter(changed_at__gt=run.started_at).exists()
    return None if edited else run


def check_proposal(
    *, proposal: Proposal, subject: str, at: datetime, by: User
) -> tuple[ReleaseCheckRun, bool]:
    """
    The check that covers the terms, and whether it was started now (then it is to be played).

    :raises NothingToCheck: if no scenario is active
    """
    run = covering_check(proposal=proposal, at=at)
    if run is not None:
        return run, False
    reason = CheckReason.PRICE if proposal.settings is None else CheckReason.POLICY
    started = start_release_check(reason=reason, subject=subject, proposal=proposal, at=at, by=by)
    return started, True


@transaction.atomic
def allow_publication(
    *, proposal: Proposal, by: User, why: str = "", at: datetime
) -> ReleaseCheckRun:
    """
    The check that covers exactly these terms. Where results differ, `why` is kept with who and when.

    :raises CheckMissing: if these terms were not checked, or too long ago
    :raises CheckRunning: before it is finished
    :raises CheckDiffers: if results differ and nobody says why it goes ahead
    """
    found = covering_check(proposal=proposal, at=at)
    if found is None:
        raise CheckMissing("These terms were not checked yet. Check them first; it takes a moment.")
    run = ReleaseCheckRun.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if run.state != CheckState.FINISHED:
        raise CheckRunning(
            "The scenarios are being played under these terms. Publish once that is finished."
        )
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
