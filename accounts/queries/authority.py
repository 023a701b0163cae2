"""The authority matrix in force, and what people hold under it."""

from collections.abc import Iterable

from django.contrib.auth.models import User

from accounts.calc.authority import Rule, may_do_alone
from accounts.models import AuthorityMatrix, AuthorityRule


def current_rules() -> list[Rule]:
    """The rules of the newest matrix."""
    newest = AuthorityMatrix.objects.order_by("-version").values("pk")[:1]
    return rules_of(AuthorityRule.objects.filter(matrix__in=newest))


def rules_of(rows: Iterable[AuthorityRule]) -> list[Rule]:
    return [rule_of(row) for row in rows]


def rule_of(row: AuthorityRule) -> Rule:
    return Rule(
        key=str(row.pk),
        kind=row.kind,
        currency=row.currency,
        up_to_minor=row.up_to_minor,
        approvers=row.approvers,
        role=row.role,
        stand_in=row.stand_in,
        target_hours=row.target_hours,
        needs_step_up=row.needs_step_up,
    )


def roles_of(person: User) -> set[str]:
    """Names of the staff roles a person holds now; nobody who is not active holds any."""
    if not person.is_active:
        return set()
    return set(person.groups.values_list("name", flat=True))


def acts_alone(*, kind: str, currency: str, amount_minor: int, person: User) -> bool:
    """
    Whether the person may do it without a second one: what the pages ask before money moves.

    :raises NobodyMayAgree: if the matrix has no rule for it
    """
    return may_do_alone(
        kind=kind,
        currency=currency,
        amount_minor=amount_minor,
        roles=roles_of(person),
        rules=current_rules(),
    )
