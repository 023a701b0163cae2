"""Whose word is enough: the rule of the matrix that fits a request, and who may decide it now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.calc.refusals import NobodyMayAgree, NotYourDecision, OwnRequest


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A row of the matrix. `up_to_minor` is in minor units of `currency`; None: without limit.

    An empty `currency` covers those that have no rule of their own.
    """

    key: str
    kind: str
    currency: str
    up_to_minor: int | None
    approvers: int
    role: str
    stand_in: str
    target_hours: int
    needs_step_up: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the decision depends on. `asked_by` and deciders are keys of people."""

    rule: Rule
    asked_by: str
    target_at: datetime
    escalated: bool
    approved_by: frozenset[str] = frozenset()


def rule_for(*, kind: str, currency: str, amount_minor: int, rules: Sequence[Rule]) -> Rule:
    """
    The rule with the lowest limit that still covers the amount.

    :raises NobodyMayAgree: if the matrix covers neither the kind nor so large an amount
    """
    of_kind = [rule for rule in rules if rule.kind == kind]
    own = [rule for rule in of_kind if rule.currency == currency]
    fitting = [
        rule
        for rule in own or [rule for rule in of_kind if not rule.currency]
        if rule.up_to_minor is None or abs(amount_minor) <= rule.up_to_minor
    ]
    if not fitting:
        raise NobodyMayAgree(kind)
    return min(fitting, key=limit_of)


def limit_of(rule: Rule) -> tuple[bool, int]:
    """Sorts rules by limit, those without one last."""
    return rule.up_to_minor is None, rule.up_to_minor or 0


def roles_now(asked: Asked, *, at: datetime) -> tuple[str, ...]:
    """
    Roles that may decide at an instant: the rule's, and its stand-in once it is late or escalated.

    What one could have done alone is decided by both from the start.
    """
    is_late = asked.escalated or at >= asked.target_at
    with_stand_in = is_late or asked.rule.approvers == 0
    return (asked.rule.role, asked.rule.stand_in) if with_stand_in else (asked.rule.role,)


def check_decider(asked: Asked, *, by: str, roles: Collection[str], at: datetime) -> None:
    """
    Whether this person may approve, reject or send back now.

    :raises OwnRequest: if they asked for it themselves
    :raises NotYourDecision: without one of the roles that may decide now, or after approving already
    """
    if by == asked.asked_by:
        raise OwnRequest()
    allowed = roles_now(asked, at=at)
    if not set(allowed) & set(roles):
        raise NotYourDecision(
            f"The matrix gives this decision to: {', '.join(filter(None, allowed))}."
        )
    if by in asked.approved_by:
        raise NotYourDecision("You have approved it already; a second person must agree too.")


def may_do_alone(
    *, kind: str, currency: str, amount_minor: int, roles: Collection[str], rules: Sequence[Rule]
) -> bool:
    """Whether somebody with these roles needs nobody else's word for it."""
    rule = rule_for(kind=kind, currency=currency, amount_minor=amount_minor, rules=rules)
    return rule.approvers == 0 and bool({rule.role, rule.stand_in} & set(roles))
