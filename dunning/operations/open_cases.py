"""Open a case for what failed or is overdue, or let it join the case that runs already."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.models.customer import Customer
from billing.models.receivables import Receivable
from billing.operations.allocate_credit import allocate_credit
from billing.operations.record_payment import lock_accounts
from billing.operations.refuse import Refused, record_refusals
from billing.queries.credit import credit_balances
from dunning.calc.moments import local_moment
from dunning.enums import CaseBasis, CaseState
from dunning.models import Campaign, CaseReceivable, DunningCase
from dunning.operations.refusals import CampaignMissing
from dunning.queries.campaigns import campaign_for, campaigns_in_force
from dunning.queries.work import CASE, receivables_to_pursue
from kernel.refusal import Refusal
from kernel.stage import StageOutcome

SET_OFF = "Credit used before anybody is reminded"
Together = tuple[UUID, UUID, str]


@transaction.atomic
def open_cases(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """A case a customer, company and currency; keys are customers. One without a campaign is refused."""
    lock_accounts(keys)
    use_credit_first(keys, at)
    campaigns = campaigns_in_force()
    refused = []
    for group in groups_of(keys, at):
        try:
            open_or_join(group, campaigns, at)
        except CampaignMissing as refusal:
            refused.append(refused_customer(group[0].customer, refusal))
    record_refusals(stage=CASE, refused=refused, at=at)
    return StageOutcome(passed=len(keys) - len(refused), refused=len(refused))


def use_credit_first(customer_ids: Sequence[UUID], at: datetime) -> None:
    """Nobody is chased for what their own credit covers: the oldest due is set off first."""
    balances = credit_balances(customer_ids)
    for owed in (
        receivables_to_pursue(at).filter(customer__in=customer_ids).order_by("due_date", "pk")
    ):
        credit = min(balances[owed.customer_id, owed.currency], owed.open_minor)
        if credit > 0:
            allocate_credit(receivable_id=owed.pk, amount_minor=credit, reason=SET_OFF, at=at)
            balances[owed.customer_id, owed.currency] -= credit


def groups_of(customer_ids: Sequence[UUID], at: datetime) -> Iterable[list[Receivable]]:
    found: dict[Together, list[Receivable]] = {}
    rows = (
        receivables_to_pursue(at)
        .filter(customer__in=customer_ids)
        .select_related("customer", "billing_entity")
        .order_by("due_date", "pk")
    )
    for row in rows:
        key = (row.customer_id, row.billing_entity_id, row.currency)
        found.setdefault(key, []).append(row)
    return found.values()


def open_or_join(group: Sequence[Receivable], campaigns: Sequence[Campaign], at: datetime) -> None:
    """
    A case that runs is not written to: whoever takes its steps locks it before the account.

    :raises CampaignMissing: if no campaign in force fits the customer
    """
    one = group[0]
    running = (
        DunningCase.objects.filter(
            customer=one.customer_id, billing_entity=one.billing_entity_id, currency=one.currency
        )
        .exclude(state=CaseState.CLOSED)
        .first()
    )
    open_minor = sum(row.open_minor for row in group)
    if running is None:
        campaign = campaign_of(one, campaigns)
        if open_minor < campaign.threshold_minor:
            return
        running = new_case(group, campaign, open_minor, at)
    CaseReceivable.objects.bulk_create(
        [
            CaseReceivable(case=running, receivable=row, joined_at=at, open_minor=row.open_minor)
            for row in group
        ]
    )


def campaign_of(one: Receivable, campaigns: Sequence[Campaign]) -> Campaign:
    campaign = campaign_for(
        campaigns,
        country=one.customer.country,
        currency=one.currency,
        billing_entity_id=one.billing_entity_id,
    )
    if campaign is None:
        raise CampaignMissing(
            f"No campaign fits {one.customer} in {one.currency}. Publish one, then try again."
        )
    return campaign


def new_case(
    group: Sequence[Receivable], campaign: Campaign, open_minor: int, at: datetime
) -> DunningCase:
    one = group[0]
    failures = [row.first_failed_at for row in group if row.first_failed_at]
    zone = one.customer.time_zone
    overdue = local_moment(min(row.due_date for row in group) + timedelta(days=1), 0, zone)
    return DunningCase.objects.create(
        customer=one.customer, billing_entity=one.billing_entity, currency=one.currency,
        campaign=campaign, basis=CaseBasis.FAILED if failures else CaseBasis.OVERDUE,
        opened_at=at, first_failed_at=min(failures, default=overdue), opened_minor=open_minor,
        look_at=at,
    )  # fmt: skip


def refused_customer(customer: Customer, refusal: Refusal) -> Refused:
    return Refused(customer.pk, customer.legal_name, refusal.code, refusal.message)
