"""Versions of the authority matrix: the one an installation starts with, and those agreed later."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.calc.refusals import TermsInvalid
from accounts.enums import ExceptionKind, StaffRole
from accounts.models import AuthorityMatrix, AuthorityRule, ExceptionRequest

MONEY = ("credit", "refund", "write_off")
PRICES = ("discount", "free_seats", "price_override")
LIMITS = (
    ("EUR", 100),
    ("USD", 100),
    ("GBP", 100),
    ("CHF", 100),
    ("JPY", 1),
    ("KWD", 1000),
    ("", 100),
)
FIELDS = {
    "kind", "currency", "up_to_minor", "approvers", "role", "stand_in", "target_hours",
    "needs_step_up",
}  # fmt: skip


def rule(kind: str, **values: Any) -> dict[str, Any]:
    """A rule as the matrix spells it, with what is usual where nothing is said."""
    return {
        "kind": kind, "currency": "", "up_to_minor": None, "approvers": 1,
        "role": StaffRole.APPROVER.value, "stand_in": StaffRole.ADMINISTRATOR.value,
        "target_hours": 24, "needs_step_up": False, **values,
    }  # fmt: skip


def first_rules() -> list[dict[str, Any]]:
    """
    What an installation starts with, in whole units of each currency.

    Money given back: up to 250 by an analyst alone, up to 5,000 by one approver, above by two who
    sign in again. Prices beside the list: one approver up to 10,000 over the term, above it two.
    """
    rules = []
    for currency, unit in LIMITS:
        for kind in MONEY:
            rules += [
                rule(kind, currency=currency, up_to_minor=250 * unit, approvers=0,
                     role=StaffRole.ANALYST.value, stand_in=StaffRole.APPROVER.value),
                rule(kind, currency=currency, up_to_minor=5_000 * unit),
                rule(kind, currency=currency, approvers=2, needs_step_up=True),
            ]  # fmt: skip
        for kind in PRICES:
            rules += [
                rule(kind, currency=currency, up_to_minor=10_000 * unit),
                rule(kind, currency=currency, approvers=2, needs_step_up=True, target_hours=48),
            ]
    rules += [
        rule(kind)
        for kind in ("proration_exception", "limit_raise", "payment_terms", "tax_override")
    ]
    rules.append(rule("dunning_pause", target_hours=8))
    rules.append(rule("backdated_correction", target_hours=48))
    rules.append(rule("reopen_period", approvers=2, needs_step_up=True, target_hours=48))
    rules.append(rule("authority_change", approvers=2, needs_step_up=True, target_hours=72))
    return rules


def checked_rules(rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """
    A whole matrix in canonical form.

    :raises TermsInvalid: naming the rule that is wrong, or the kind nobody could decide any more
    """
    checked = [checked_rule(index, one) for index, one in enumerate(rules)]
    for kind in ExceptionKind.values:
        if not any(
            one["kind"] == kind and not one["currency"] and one["up_to_minor"] is None
            for one in checked
        ):
            raise TermsInvalid("rules", f"{kind} needs a rule for every currency without limit")
    keys = [(one["kind"], one["currency"], one["up_to_minor"]) for one in checked]
    if len(keys) != len(set(keys)):
        raise TermsInvalid("rules", "two rules have the same kind, currency and limit")
    return checked


def checked_rule(index: int, one: Mapping[str, Any]) -> dict[str, Any]:
    """One rule; `field` of the refusal is rules[index].field."""
    at = f"rules[{index}]"
    if unknown := set(one) - FIELDS:
        raise TermsInvalid(f"{at}.{sorted(unknown)[0]}", "is unknown")
    known = rule(
        str(one.get("kind", "")), **{key: value for key, value in one.items() if key != "kind"}
    )
    limit, hours = known["up_to_minor"], known["target_hours"]
    is_wrong = {
        "kind": known["kind"] not in ExceptionKind.values,
        "currency": known["currency"] != "" and not is_currency(known["currency"]),
        "up_to_minor": limit is not None and not (isinstance(limit, int) and limit > 0),
        "approvers": known["approvers"] not in (0, 1, 2),
        "role": known["role"] not in StaffRole.values,
        "stand_in": known["stand_in"] not in ("", *StaffRole.values),
        "target_hours": not (isinstance(hours, int) and 0 < hours <= 24 * 90),
        "needs_step_up": not isinstance(known["needs_step_up"], bool),
    }
    for field, wrong in is_wrong.items():
        if wrong:
            raise TermsInvalid(f"{at}.{field}", f"cannot be {known[field]!r}")
    return known


def is_currency(code: Any) -> bool:
    return isinstance(code, str) and len(code) == 3 and code.isupper()


@transaction.atomic
def publish_authority(
    *, rules: Sequence[Mapping[str, Any]], request: ExceptionRequest | None, at: datetime
) -> AuthorityMatrix:
    """
    The next version of the matrix; requests already made keep the rule they were made under.

    :raises TermsInvalid: see checked_rules
    """
    known = checked_rules(rules)
    newest = AuthorityMatrix.objects.select_for_update().order_by("-version").first()
    matrix = AuthorityMatrix.objects.create(
        version=newest.version + 1 if newest else 1, since=at, request=request
    )
    AuthorityRule.objects.bulk_create(AuthorityRule(matrix=matrix, **one) for one in known)
    return matrix


def set_up_authority(*, at: datetime) -> None:
    """Give a new installation its first matrix; one that has a matrix keeps it."""
    if not AuthorityMatrix.objects.exists():
        publish_authority(rules=first_rules(), request=None, at=at)
