"""Bring in a list of people, and confirm it. Workers check it and carry it out: see push_import."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import Customer
from accounts.queries.portal_rights import Rights
from billing.enums import SeatImportState
from billing.models import SeatImport
from billing.operations.plan_invitations import MOST as MOST_INVITATIONS
from kernel.refusal import Refusal
from portal.calc.people_file import FileRow
from portal.operations.plan_import import INVITE, action_of


class ImportTooManyInvitations(Refusal):
    code = "import_too_many_invitations"


class ImportNotThere(Refusal):
    code = "import_not_open"


def bring_in(
    *, customer: Customer, rights: Rights, rows: Sequence[FileRow], by: User, at: datetime
) -> SeatImport:
    """
    Keep the list as read; its check waits for a worker. Nothing of it is done before it is confirmed.

    :raises ImportTooManyInvitations: for more invitations than may be sent at once
    """
    invited = sum(1 for row in rows if action_of(row) == INVITE)
    if invited > MOST_INVITATIONS:
        raise ImportTooManyInvitations(
            f"The list invites {invited} people; {MOST_INVITATIONS} can be invited at once. "
            "Split it, or assign seats instead."
        )
    return SeatImport.objects.create(
        customer=customer, by=by, created_at=at, rows=[asdict(row) for row in rows],
        row_count=len(rows), groups=[] if rights.is_owner else sorted(rights.group_ids),
    )  # fmt: skip


@transaction.atomic
def start_import(*, import_id: UUID, customer_id: UUID, by: User) -> SeatImport:
    """
    Confirm a checked list, or let one that stopped go on. Pressing twice does it once.

    :raises ImportNotThere: if there is no such list of this person
    """
    rows = SeatImport.objects.select_for_update(of=("self",))
    found = rows.filter(pk=import_id, customer=customer_id, by=by).first()
    if found is None:
        raise ImportNotThere("There is no such list of yours. Bring it in again.")
    if found.state == SeatImportState.CHECKED:
        found.state = SeatImportState.RUNNING
    found.stopped_at = None
    found.save(update_fields=["state", "stopped_at"])
    return found
