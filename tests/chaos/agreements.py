"""Exceptions asked and agreed to, and the judge who looks whether each was carried out once."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.models import Group, User
from django.utils import timezone

from accounts.enums import StaffRole, Verdict
from accounts.operations.decide_exception import decide_exception
from billing.operations.ask_exception import ask_exception
from tests.chaos.company import Promise
from tests.chaos.scene import Findings, Scene, told

FOR_GOOD = timedelta(days=3_650)


def agree(promise: Promise) -> None:
    """A tenth off every member seat since the first day, asked by one person, agreed to by another."""
    now = timezone.now()
    asked = ask_exception(
        kind="discount", subject=promise.subscription,
        terms={"seat_type": "member", "percent": 10}, reason="Founders' price",
        customer_text="Ten percent off.", starts_on=promise.starts_on,
        ends_on=promise.starts_on + FOR_GOOD, margin_percent=Decimal(50), support_burden="usual",
        by=person("asker", StaffRole.ANALYST), at=now,
    )  # fmt: skip
    for name in ("first", "second")[: asked.rule.approvers]:
        decide_exception(
            request_id=asked.pk, verdict=Verdict.APPROVE, reason="Agreed", proved_again=True,
            by=person(name, StaffRole.APPROVER), at=now,
        )  # fmt: skip
    promise.events.add(f"{asked.number}-{promise.starts_on}")


def person(name: str, role: StaffRole) -> User:
    user, _ = User.objects.get_or_create(username=name)
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


def exceptions_are_carried_out_once(scene: Scene) -> Findings:
    """Each approved request has the one event of its first day, and says so; no other has any."""
    return told(
        """SELECT asked.number, asked.state, count(event.id)
             FROM accounts_exceptionrequest asked LEFT JOIN billing_entitlementevent event
               ON event.source = 'exceptions'
              AND event.source_event_id = asked.number || '-' || asked.starts_on
            WHERE asked.asked_at <= %s GROUP BY asked.id
           HAVING count(event.id) <> (CASE asked.state WHEN 'approved' THEN 1 ELSE 0 END)
               OR (asked.carried_out_at IS NULL) <> (count(event.id) = 0)""",
        "{0} is {1} and has {2} events",
        scene.at,
    )
