"""Give a group its share of what a subscription includes, or take the share back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import ChangeKind
from accounts.models import Group
from accounts.operations.note_changes import Change, note_changes
from accounts.operations.shape_groups import check_decided_here, locked_tree, own_group
from accounts.queries.portal_rights import Rights
from billing.calc.quotas import first_overfull
from billing.models import QuotaAllocation, Subscription
from billing.queries.shared_limits import SharedLimit, shared_limits
from kernel.refusal import Refusal


class NothingToShare(Refusal):
    code = "quota_needs_a_shared_limit"


class QuotaTooLarge(Refusal):
    code = "quota_over_limit"


@transaction.atomic
def allocate_quota(
    *, rights: Rights, subscription_id: UUID, feature: str, group_id: UUID,
    quantity: int | None, at: datetime,
) -> QuotaAllocation | None:  # fmt: skip
    """
    The group's quota of a feature a billing cycle, in its unit; None takes it away.

    Usage of this cycle counts. Whoever administers above a group decides; answers change at once.

    :raises NothingToShare: if the subscription has no common limit of the feature
    :raises QuotaTooLarge: if quotas would add up to more than what is above them
    :raises Refusal: GroupNotYours or DecidedAbove as any change of the tree
    """
    tree = locked_tree(rights)
    group = own_group(rights, tree, group_id)
    check_decided_here(rights, group)
    shared = find_shared(rights.customer_id, subscription_id, feature, at)
    mine = {"subscription_id": subscription_id, "feature_id": shared.feature_id}
    quotas = {str(one.group_id): one.quantity for one in QuotaAllocation.objects.filter(**mine)}
    quotas.pop(str(group_id), None)
    if quantity is not None:
        check_fits(tree, {**quotas, str(group_id): quantity}, shared)
    made = write(group, quantity, mine)
    subscription = Subscription.objects.get(pk=subscription_id)
    change = Change(
        rights.customer_id, ChangeKind.USAGE_QUOTA_CHANGED, at,
        subscription=subscription.external_id,
    )  # fmt: skip
    note_changes([change], at=at)
    return made


def find_shared(
    customer_id: UUID, subscription_id: UUID, feature: str, at: datetime
) -> SharedLimit:
    for one in shared_limits(customer_id=customer_id, at=at):
        if (one.subscription_id, one.feature) == (subscription_id, feature):
            return one
    raise NothingToShare("This subscription has no common limit of it that could be divided.")


def check_fits(tree: dict[UUID, Group], quotas: dict[str, int], shared: SharedLimit) -> None:
    """:raises QuotaTooLarge: naming the place and what there is"""
    parents = {str(one.pk): str(one.parent_id) if one.parent_id else None for one in tree.values()}
    known = {group: quantity for group, quantity in quotas.items() if group in parents}
    found = first_overfull(parents=parents, quotas=known, limit=shared.limit)
    if found is not None:
        place = f"{tree[UUID(found.group)].name} has" if found.group else "the plan includes"
        raise QuotaTooLarge(
            f"Groups would get {found.given} {shared.unit} together, and {place} {found.there_is}. "
            f"Give {found.given - found.there_is} less, or take some from another group."
        )


def write(group: Group, quantity: int | None, mine: dict[str, UUID]) -> QuotaAllocation | None:
    kept = QuotaAllocation.objects.filter(group=group, **mine).first()
    if quantity is None:
        if kept:
            kept.delete()
        return None
    kept = kept or QuotaAllocation(group=group, **mine)
    kept.quantity = quantity
    kept.save()
    return kept
