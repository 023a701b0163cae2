"""Revoke an approved exception: prices and terms end with the running cycle."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction

from accounts.calc.refusals import RevokedTooLate
from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import revoke_exception
from billing.models import Subscription
from billing.operations.grants.prices import PRICE_KINDS
from billing.operations.preview_invoice import known_at, rated
from billing.records.ledger_batch import local_midnight
from billing.records.subscription_book import load_subscription_books

LASTING = (*PRICE_KINDS, "limit_raise", "payment_terms")


@transaction.atomic
def revoke_grant(*, request_id: UUID, reason: str, by: User, at: datetime) -> ExceptionRequest:
    """
    Nothing is taken back for time gone by: it ends on the first day of the next billing cycle.

    :raises RevokedTooLate: if what it allowed was done and cannot last (undo that by its own door)
    :raises ExceptionStateDiffers: ReasonMissing and NotYourDecision likewise
    """
    asked = ExceptionRequest.objects.select_related("customer").get(pk=request_id)
    if asked.carried_out_at and (asked.kind not in LASTING or asked.ended_at):
        raise RevokedTooLate(
            f"{asked.number} has been carried out. Undo what it did by its own door: a new event, "
            "another credit note, a payment taken back."
        )
    ends_on = end_of_cycle(asked, at=at)
    asked = revoke_exception(request_id=request_id, reason=reason, by=by, at=at, ends_on=ends_on)
    if asked.carried_out_at and asked.ends_on:
        zone = ZoneInfo(asked.customer.time_zone if asked.customer else "UTC")
        asked.grant_due_at = local_midnight(asked.ends_on, zone)
        asked.save(update_fields=["grant_due_at"])
    return asked


def end_of_cycle(asked: ExceptionRequest, *, at: datetime) -> date:
    """The first local day of the next billing cycle; terms of a customer end with the day."""
    if asked.subject_kind != "subscription":
        zone = ZoneInfo(asked.customer.time_zone if asked.customer else "UTC")
        return at.astimezone(zone).date() + timedelta(days=1)
    subscription = Subscription.objects.get(pk=asked.subject)
    book = load_subscription_books(subscriptions=[subscription])[subscription.pk]
    known = known_at(book=book, touched_from=subscription.touched_from, at=at, as_of=at)
    next_at = rated(known, subscription).next_regular_at or at + timedelta(days=1)
    return next_at.astimezone(ZoneInfo(subscription.time_zone)).date()
