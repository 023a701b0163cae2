"""Bring in a list of people: check it without doing anything, then carry it out in resumable pieces."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import Customer, Grantee
from accounts.queries.portal_rights import Rights
from billing.enums import SeatImportState
from billing.models import SeatImport
from billing.operations.foresee_seats import SeatCost, foresee_seats
from billing.operations.invite_people import invite_people
from billing.operations.plan_invitations import plan_invitations
from kernel.refusal import Refusal
from portal.calc.people_file import FileRow
from portal.operations.carry_out import carry_out
from portal.operations.plan_import import PlannedRow, plan_import

PIECE = 200
MOST_INVITATIONS = 500
GOOD, BAD = "good", "refused"


class ImportTooManyInvitations(Refusal):
    code = "import_too_many_invitations"


class ImportNotThere(Refusal):
    code = "import_not_open"


def check_people(
    *, customer: Customer, rights: Rights, rows: Sequence[FileRow], by: User, at: datetime
) -> SeatImport:
    """
    The dry run: what would become of each row, and what all of it costs. Changes nothing but a note.

    :raises ImportTooManyInvitations: for more invitations than may be sent at once
    """
    plan = plan_import(customer=customer, rights=rights, rows=rows, at=at)
    wishes = [one.invitation for one in plan if one.invitation]
    if len(wishes) > MOST_INVITATIONS:
        raise ImportTooManyInvitations(
            f"The list invites {len(wishes)} people; {MOST_INVITATIONS} can be invited at once. "
            "Split it, or assign seats instead."
        )
    seen = foresee_seats(
        customer_id=customer.pk, changes=[one.change for one in plan if one.change], at=at
    )
    seats = iter(seen.answers)
    invitations = iter(plan_invitations(people=wishes, rights=rights, at=at) if wishes else ())
    answers = []
    for one in plan:
        refusal = one.refusal
        if one.change:
            answer = next(seats)
            refusal = answer.message if answer.status == "refused" else ""
        elif one.invitation:
            found = next(invitations).refusal
            refusal = found.message if found else ""
        answers.append(answer_of(one, refusal))
    return SeatImport.objects.create(
        customer=customer, by=by, created_at=at, rows=[asdict(row) for row in rows],
        answers=answers, costs=[cost_words(one) for one in seen.costs], row_count=len(rows),
    )  # fmt: skip


def answer_of(planned: PlannedRow, refusal: str) -> dict[str, str]:
    return {"outcome": BAD if refusal else GOOD, "words": refusal or words_of(planned)}


def words_of(planned: PlannedRow) -> str:
    """What is done, as the result says it."""
    if planned.invitation:
        return "Invited"
    assert planned.change is not None
    verb = {
        "assign": "New person with a seat" if planned.new_person else "Seat assigned",
        "release": "Seat released",
        "suspend": "Seat suspended",
        "reactivate": "Seat reactivated",
        "regroup": "Moved with the seat",
    }
    return verb[planned.change.kind]


def cost_words(cost: SeatCost) -> dict[str, Any]:
    """As JSON that the page of costs reads; amounts in minor units."""
    said = asdict(cost)
    said["renewal_on"] = cost.renewal_on.isoformat() if cost.renewal_on else None
    return said


@transaction.atomic
def start_import(*, import_id: UUID, customer_id: UUID, by: User) -> SeatImport:
    """
    Confirm a checked list; pressing twice starts it once.

    :raises ImportNotThere: if there is no such list of this person
    """
    found = locked(import_id, customer_id, by)
    if found.state == SeatImportState.CHECKED:
        found.state = SeatImportState.RUNNING
        found.save(update_fields=["state"])
    return found


@transaction.atomic
def continue_import(
    *, import_id: UUID, customer: Customer, rights: Rights, by: User, actor: str, at: datetime
) -> SeatImport:
    """
    Carry out the next rows of a running list; one that is cut off goes on where it stopped.

    Rows are judged anew by what the person may do now. Seats and progress are stored together.

    :raises ImportNotThere: if there is no such list of this person
    """
    found = locked(import_id, customer.pk, by)
    if found.state != SeatImportState.RUNNING:
        return found
    first, after = found.done_count, min(found.done_count + PIECE, found.row_count)
    rows = [FileRow(**one) for one in found.rows[first:after]]
    plan = plan_import(customer=customer, rights=rights, rows=rows, at=at)
    answers = done_rows(
        plan, rights=rights, by=by, actor=actor, request_id=f"import-{found.pk}-{first}", at=at
    )
    found.answers = [*found.answers[:first], *answers, *found.answers[after:]]
    found.done_count = after
    if after == found.row_count:
        found.state, found.finished_at = SeatImportState.DONE, at
    found.save(update_fields=["answers", "done_count", "state", "finished_at"])
    return found


def locked(import_id: UUID, customer_id: UUID, by: User) -> SeatImport:
    rows = SeatImport.objects.select_for_update(of=("self",))
    found = rows.filter(pk=import_id, customer=customer_id, by=by).first()
    if found is None:
        raise ImportNotThere("There is no such list of yours. Bring it in again.")
    return found


def done_rows(
    plan: Sequence[PlannedRow],
    *,
    rights: Rights,
    by: User,
    actor: str,
    request_id: str,
    at: datetime,
) -> list[dict[str, str]]:
    changes = [one.change for one in plan if one.change]
    left = {one.change.grantee: one.left for one in plan if one.change and one.left}
    seats = iter(
        carry_out(
            rights=rights, changes=changes, request_id=request_id, actor=actor, at=at, left=left
        )
        if changes
        else ()
    )
    wishes = [one.invitation for one in plan if one.invitation]
    invited = iter(invite_people(people=wishes, rights=rights, by=by, at=at) if wishes else ())
    answers = []
    for one in plan:
        refusal = one.refusal
        if one.change:
            answer = next(seats)
            refusal = answer.message if answer.status == "refused" else ""
        elif one.invitation:
            refusal = next(invited).message
        answers.append(answer_of(one, refusal))
    name_people(
        [
            one
            for one, answer in zip(plan, answers, strict=True)
            if one.new_person and answer["outcome"] == GOOD
        ]
    )
    return answers


def name_people(planned: Sequence[PlannedRow]) -> None:
    """Name and address of people the ledger has just heard of; nobody who has either is renamed."""
    rows = {one.change.grantee: one.row for one in planned if one.change}
    people = list(Grantee.objects.filter(external_id__in=rows, name="", email=""))
    for person in people:
        row = rows[person.external_id]
        person.name, person.email = row.name[:200], row.email.lower()
    Grantee.objects.bulk_update(people, ["name", "email"])
