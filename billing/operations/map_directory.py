"""Say what a group of a customer's directory is worth. Its people get and lose seats at once."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.models import Customer, DirectoryGroup, DirectoryUser, Group
from billing.enums import WhenGone
from billing.models import DirectoryMapping, SeatType, Subscription
from billing.operations.follow_directory import Followed, Origin, follow_directory
from billing.operations.foresee_seats import SeatForesight, foresee_seats
from billing.queries.directory_plans import changes_in_order, plan_people
from kernel.refusal import Refusal


class MappingUnknown(Refusal):
    code = "directory_mapping_unknown"


class MappingIncomplete(Refusal):
    code = "directory_mapping_incomplete"


class MappingExists(Refusal):
    code = "directory_mapping_exists"


@dataclass(frozen=True, slots=True)
class MappingWish:
    """Directory group None: everybody. A seat is named by subscription (external id) and type."""

    directory_group_id: UUID | None = None
    group_id: UUID | None = None
    subscription: str = ""
    seat_type: str = ""
    when_gone: str = WhenGone.RELEASE
    rank: int = 1


@dataclass(frozen=True, slots=True)
class MappingForesight:
    """What a change of mappings would do: to how many people, and each seat with its cost."""

    people: int
    seats: SeatForesight


@transaction.atomic
def map_directory(*, origin: Origin, wish: MappingWish) -> Followed:
    """
    :raises Refusal: MappingIncomplete, MappingExists, MappingUnknown for a name not the customer's own
    :raises SeatsRefused: if there are not seats for all; then nothing is kept
    """
    mapping = keep(origin.customer_id, wish)
    return follow_directory(origin, people_of(origin.customer_id, mapping.directory_group_id))


@transaction.atomic
def unmap_directory(*, origin: Origin, mapping_id: UUID) -> Followed:
    """
    What the mapping alone gave ends as it says.

    :raises MappingUnknown: if the customer has no such mapping
    """
    mapping = drop(origin.customer_id, mapping_id)
    return follow_directory(origin, people_of(origin.customer_id, mapping.directory_group_id))


def foresee_mapping(*, origin: Origin, wish: MappingWish) -> MappingForesight:
    """
    The seats `map_directory` would give and take, and what they cost. Nothing stays written.

    :raises Refusal: as map_directory, but for the seats
    """
    with transaction.atomic():
        mapping = keep(origin.customer_id, wish)
        foresight = foreseen(origin, mapping.directory_group_id)
        transaction.set_rollback(True)
    return foresight


def foresee_unmapping(*, origin: Origin, mapping_id: UUID) -> MappingForesight:
    """
    :raises MappingUnknown: if the customer has no such mapping
    """
    with transaction.atomic():
        mapping = drop(origin.customer_id, mapping_id)
        foresight = foreseen(origin, mapping.directory_group_id)
        transaction.set_rollback(True)
    return foresight


def foreseen(origin: Origin, directory_group_id: UUID | None) -> MappingForesight:
    users = people_of(origin.customer_id, directory_group_id)
    plans = plan_people(origin.customer_id, users, at=origin.at)
    changes = changes_in_order(plans)
    seats = foresee_seats(customer_id=origin.customer_id, changes=changes, at=origin.at)
    return MappingForesight(len(users), seats)


def people_of(customer_id: UUID, directory_group_id: UUID | None) -> list[DirectoryUser]:
    people = DirectoryUser.objects.filter(customer=customer_id).select_related("grantee")
    if directory_group_id is not None:
        people = people.filter(memberships__group=directory_group_id)
    return list(people)


def keep(customer_id: UUID, wish: MappingWish) -> DirectoryMapping:
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    if bool(wish.subscription) != bool(wish.seat_type):
        raise MappingIncomplete("Choose the subscription and the seat type together, or neither.")
    if not wish.subscription and wish.group_id is None:
        raise MappingIncomplete("Choose a seat, a group, or both: else its people get nothing.")
    subscription = subscription_of(customer_id, wish)
    mappings = DirectoryMapping.objects.filter(customer=customer_id)
    same = mappings.filter(directory_group=wish.directory_group_id, subscription=subscription)
    if same.exists():
        raise MappingExists("This group is mapped already. Remove that mapping first.")
    return DirectoryMapping.objects.create(
        customer_id=customer_id,
        directory_group=directory_group_of(customer_id, wish.directory_group_id),
        group=group_of(customer_id, wish.group_id),
        subscription=subscription,
        seat_type=seat_type_of(subscription, wish.seat_type),
        when_gone=wish.when_gone,
        rank=wish.rank,
    )


def drop(customer_id: UUID, mapping_id: UUID) -> DirectoryMapping:
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    mapping = DirectoryMapping.objects.filter(customer=customer_id, pk=mapping_id).first()
    if mapping is None:
        raise MappingUnknown("There is no such mapping. Look at the list again.")
    mapping.delete()
    return mapping


def subscription_of(customer_id: UUID, wish: MappingWish) -> Subscription | None:
    if not wish.subscription:
        return None
    found = Subscription.objects.filter(customer=customer_id, external_id=wish.subscription).first()
    if found is None:
        raise MappingUnknown("There is no such subscription. Choose one of the list.")
    return found


def seat_type_of(subscription: Subscription | None, code: str) -> SeatType | None:
    if subscription is None:
        return None
    found = SeatType.objects.filter(plan=subscription.plan_id, code=code).first()
    if found is None:
        raise MappingUnknown("The plan has no such seat type. Choose one of the list.")
    return found


def directory_group_of(customer_id: UUID, key: UUID | None) -> DirectoryGroup | None:
    if key is None:
        return None
    found = DirectoryGroup.objects.filter(customer=customer_id, pk=key).first()
    if found is None:
        raise MappingUnknown("There is no such group in the directory. Choose one of the list.")
    return found


def group_of(customer_id: UUID, key: UUID | None) -> Group | None:
    if key is None:
        return None
    found = Group.objects.filter(customer=customer_id, pk=key, closed_at=None).first()
    if found is None:
        raise MappingUnknown("There is no such group here. Choose one of the list.")
    return found
