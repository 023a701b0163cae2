"""Push a list of people: check it whole, or carry out its next rows. Any number of hands may push."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Grantee
from accounts.queries.portal_rights import Rights, rights_of
from billing.enums import SeatImportState
from billing.models import SeatImport
from billing.operations.foresee_seats import SeatCost, foresee_seats
from billing.operations.invite_people import invite_people
from billing.operations.plan_invitations import NewInvitation, plan_invitations
from billing.operations.push_flow import is_passing
from kernel.refusal import Refusal
from portal.calc.people_file import FileRow
from portal.operations.carry_out import carry_out
from portal.operations.plan_import import PlannedRow, plan_import
from portal.queries.import_list import lists_under_way
from portal.queries.person_name import name_of

logger = logging.getLogger(__name__)
PIECE = 200
GOOD, BAD = "good", "refused"
Answers = list[dict[str, str]]


def push_import(*, import_id: UUID, at: datetime) -> bool:
    """
    Take a list one step further; whether rows of it wait after that. Nothing where nothing waits.

    A list that breaks stops, in sight of its people, and is in the log; what was done of it stays. A
    lost connection only ends this hand: the next one finds the list waiting.
    """
    try:
        check_list(import_id, at)
        return carry_out_piece(import_id, at)
    except Exception as error:
        if is_passing(error):
            raise
        logger.exception("the list of people %s stopped", import_id)
        lists_under_way().filter(pk=import_id).update(stopped_at=at)
        return False


def check_list(import_id: UUID, at: datetime) -> None:
    """
    The dry run: what would become of each row, and what all of it costs. Changes nothing but the note.

    Not in one transaction: reading locks the customer's chain, and product events must not wait.
    """
    waiting = lists_under_way().filter(pk=import_id, state=SeatImportState.CHECKING)
    found = waiting.select_related("customer", "by").first()
    if found is None:
        return
    rights = rights_now(found)
    plan = planned_rows(found, rights, first=0, after=found.row_count, at=at)
    wishes = [one.invitation for one in plan if one.invitation]
    changes = [one.change for one in plan if one.change]
    seen = foresee_seats(customer_id=found.customer_id, changes=changes, at=at)
    invitations = plan_invitations(people=wishes, rights=rights, at=at) if wishes else []
    answers = answers_of(
        plan,
        seats=[one.message if one.status == "refused" else "" for one in seen.answers],
        invitations=[one.refusal.message if one.refusal else "" for one in invitations],
    )
    waiting.update(
        state=SeatImportState.CHECKED, answers=answers,
        costs=[cost_words(one) for one in seen.costs],
    )  # fmt: skip


@transaction.atomic
def carry_out_piece(import_id: UUID, at: datetime) -> bool:
    """
    The next rows of a confirmed list, judged anew by what its person may do now.

    Seats and progress are stored together, so no row is done twice. A list that another hand holds
    is left to it.
    """
    locked = lists_under_way().select_for_update(of=("self",), skip_locked=True)
    confirmed = locked.filter(pk=import_id, state=SeatImportState.RUNNING)
    found = confirmed.select_related("customer", "by").first()
    if found is None:
        return False
    first, after = found.done_count, min(found.done_count + PIECE, found.row_count)
    rights = rights_now(found)
    plan = planned_rows(found, rights, first=first, after=after, at=at)
    answers = done_rows(found, plan, rights=rights, at=at)
    found.answers = [*found.answers[:first], *answers, *found.answers[after:]]
    found.done_count = after
    if after == found.row_count:
        found.state, found.finished_at = SeatImportState.DONE, at
    found.save(update_fields=["answers", "done_count", "state", "finished_at"])
    return found.state == SeatImportState.RUNNING


def rights_now(found: SeatImport) -> Rights:
    """What the person who brought it in may do now; nothing, if they left or their account is closed."""
    none = Rights(customer_id=found.customer_id, user_id=found.by_id)
    if not found.by.is_active:
        return none
    return rights_of(user_id=found.by_id, customer_id=found.customer_id) or none


def planned_rows(
    found: SeatImport, rights: Rights, *, first: int, after: int, at: datetime
) -> list[PlannedRow]:
    rows = [FileRow(**one) for one in found.rows[first:after]]
    if not rights.may_manage_people:
        refusal = f"{name_of(found.by)} may not change people here any more."
        return [PlannedRow(row, refusal=refusal) for row in rows]
    return plan_import(customer=found.customer, rights=rights, rows=rows, at=at)


def done_rows(
    found: SeatImport, plan: Sequence[PlannedRow], *, rights: Rights, at: datetime
) -> Answers:
    changes = [one.change for one in plan if one.change]
    seats = carry_out(
        rights=rights, changes=changes, request_id=f"import-{found.pk}-{found.done_count}",
        actor=name_of(found.by), at=at,
        left={one.change.grantee: one.left for one in plan if one.change and one.left},
    ) if changes else []  # fmt: skip
    answers = answers_of(
        plan,
        seats=[one.message if one.status == "refused" else "" for one in seats],
        invitations=invited([one.invitation for one in plan if one.invitation], found, rights, at),
    )
    name_people(
        [
            one
            for one, answer in zip(plan, answers, strict=True)
            if one.new_person and answer["outcome"] == GOOD
        ]
    )
    return answers


def invited(
    wishes: Sequence[NewInvitation], found: SeatImport, rights: Rights, at: datetime
) -> list[str]:
    """Why each was not invited; empty for those who were."""
    if not wishes:
        return []
    try:
        answers = invite_people(people=wishes, rights=rights, by=found.by, at=at)
    except Refusal as refusal:
        return [refusal.message] * len(wishes)
    return [one.message for one in answers]


def answers_of(
    plan: Sequence[PlannedRow], *, seats: Sequence[str], invitations: Sequence[str]
) -> Answers:
    """An answer for each row; `seats` and `invitations` say why one is refused, in the plan's order."""
    of_seats, of_invitations = iter(seats), iter(invitations)
    answers = []
    for one in plan:
        refusal = one.refusal
        if one.change:
            refusal = next(of_seats)
        elif one.invitation:
            refusal = next(of_invitations)
        outcome = BAD if refusal else GOOD
        answers.append({"outcome": outcome, "words": refusal or words_of(one)})
    return answers


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


def name_people(planned: Sequence[PlannedRow]) -> None:
    """Name and address of people the ledger has just heard of; nobody who has either is renamed."""
    rows = {one.change.grantee: one.row for one in planned if one.change}
    people = list(Grantee.objects.filter(external_id__in=rows, name="", email=""))
    for person in people:
        row = rows[person.external_id]
        person.name, person.email = row.name[:200], row.email.lower()
    Grantee.objects.bulk_update(people, ["name", "email"])
