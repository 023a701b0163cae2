"""Terms of a customer or subscription that differ for a time, and the one-time ones beside them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from simple_history.utils import update_change_reason

from accounts.models import Customer, ExceptionRequest
from accounts.operations.publish_authority import publish_authority
from billing.models import Subscription
from billing.operations.grants.granted import Granted
from billing.operations.grants.money import done
from billing.operations.grants.prices import recorded
from billing.operations.reopen_close import reopen_close
from billing.records.incoming import incoming_of
from billing.records.ledger_batch import local_midnight
from tax.operations.record_evidence import declare_place
from tax.operations.record_tax_id_answer import record_tax_id_answer


def grant_payment_terms(asked: ExceptionRequest, at: datetime) -> Granted:
    """Invoices issued from now on are due so many days later; at the end, as they were before."""
    customer = Customer.objects.select_for_update(no_key=True).get(pk=asked.subject)
    outcome, is_over = in_its_time(
        asked,
        customer.time_zone,
        now=customer.payment_terms_days,
        wanted=asked.terms["days"],
        at=at,
    )
    if "set" in outcome:
        customer.payment_terms_days = outcome["set"] or 0
        customer.save(update_fields=["payment_terms_days"])
        update_change_reason(customer, asked.number)
    return timed(asked, outcome, customer.time_zone, at=at, is_over=is_over)


def grant_limit(asked: ExceptionRequest, at: datetime) -> Granted:
    """The subscription's own limit of a seat type; at the end, the plan's again."""
    subscription = Subscription.objects.select_for_update(no_key=True).get(pk=asked.subject)
    seat_type = asked.terms["seat_type"]
    outcome, is_over = in_its_time(
        asked, subscription.time_zone, now=subscription.seat_limits.get(seat_type),
        wanted=asked.terms["limit"], at=at,
    )  # fmt: skip
    if "set" in outcome:
        limits = {**subscription.seat_limits, seat_type: outcome["set"]}
        subscription.seat_limits = {
            code: limit for code, limit in limits.items() if limit is not None
        }
        subscription.save(update_fields=["seat_limits"])
        update_change_reason(subscription, asked.number)
    return timed(asked, outcome, subscription.time_zone, at=at, is_over=is_over)


def in_its_time(
    asked: ExceptionRequest, time_zone: str, *, now: int | None, wanted: int, at: datetime
) -> tuple[dict[str, int | None], bool]:
    """
    What to set now: the wanted value once its first day has come, the one before once it is over.

    A value somebody changed in the meantime is left alone when it ends.
    """
    today = at.astimezone(ZoneInfo(time_zone)).date()
    if not asked.carried_out_at:
        has_come = asked.starts_on is None or asked.starts_on <= today
        return ({"before": now, "set": wanted} if has_come else {}), False
    is_over = asked.ends_on is not None and asked.ends_on <= today
    if is_over and now == wanted:
        return {"set": asked.outcome.get("before")}, True
    return {}, is_over


def timed(
    asked: ExceptionRequest,
    outcome: dict[str, int | None],
    time_zone: str,
    *,
    at: datetime,
    is_over: bool,
) -> Granted:
    is_begun = asked.carried_out_at is not None or "set" in outcome
    day = asked.ends_on if is_begun else asked.starts_on
    next_at = local_midnight(day, ZoneInfo(time_zone)) if day else None
    return Granted(
        outcome={**outcome, **asked.outcome},
        next_at=None if is_over else next_at,
        is_begun=is_begun,
        is_over=is_over,
    )


def grant_correction(asked: ExceptionRequest, at: datetime) -> Granted:
    """The correction is recorded; what it changes in closed months is billed in the open one."""
    event = incoming_of(asked.terms["event"])
    return done(event=recorded(event, at=at, is_agreed=True))


def grant_tax_override(asked: ExceptionRequest, at: datetime) -> Granted:
    """Evidence a person vouches for: a tax id somebody looked up, or where the customer is."""
    customer = Customer.objects.get(pk=asked.subject)
    source = f"{asked.number}: {asked.terms['source']}"[:90]
    if "number" in asked.terms:
        check = record_tax_id_answer(
            customer=customer, number=asked.terms["number"], is_valid=True, by=asked.asked_by,
            consultation_number=source, at=at,
        )  # fmt: skip
        return done(tax_id_check=check.pk)
    evidence = declare_place(
        customer=customer, country=asked.terms["country"], region=asked.terms.get("region", ""),
        postal_code=asked.terms.get("postal_code", ""), source=source, by=asked.asked_by, at=at,
    )  # fmt: skip
    return done(evidence=evidence.pk)


def grant_reopening(asked: ExceptionRequest, at: datetime) -> Granted:
    return done(reopening=reopen_close(request_id=asked.pk, at=at).pk)


def grant_authority(asked: ExceptionRequest, at: datetime) -> Granted:
    matrix = publish_authority(rules=asked.terms["rules"], request=asked, at=at)
    return done(matrix=matrix.version)
