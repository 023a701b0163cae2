"""What the billing owner sees of the company's directory: tokens, mappings, people, last requests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, Sum

from accounts.models import DirectoryGroup, DirectoryRequest, DirectoryUser, Group
from accounts.queries.directory import RequestRow, TokenRow, request_rows, token_rows
from billing.enums import WhenGone
from billing.models import DirectoryMapping, Subscription
from billing.queries.seat_room import seat_room

LAST = 25
A_DAY = timedelta(days=1)
EVERYBODY = "Everybody in the directory"


@dataclass(frozen=True, slots=True)
class MappingRow:
    """`people`: how many of the directory it is for."""

    key: UUID
    whom: str
    people: int
    seat: str
    group: str
    when_gone: str
    rank: int


@dataclass(frozen=True, slots=True)
class DirectoryFigures:
    """People and groups the directory told of; what its requests of the last day did."""

    people: int
    active: int
    groups: int
    given: int
    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    figures: DirectoryFigures
    tokens: Sequence[TokenRow]
    mappings: tuple[MappingRow, ...]
    requests: Sequence[RequestRow]


@dataclass(frozen=True, slots=True)
class MappingChoices:
    """Value and label each: directory groups, seats as "subscription/type", our groups."""

    whom: tuple[tuple[str, str], ...]
    seats: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, str], ...]


def directory_page(*, customer_id: UUID, at: datetime) -> DirectoryPage:
    """A fixed number of queries."""
    figures = figures_of(customer_id, at)
    return DirectoryPage(
        figures=figures,
        tokens=token_rows(customer_id, at),
        mappings=tuple(mapping_rows(customer_id, figures.people)),
        requests=request_rows(
            customer_id, DirectoryRequest.objects.filter(customer=customer_id)[:LAST]
        ),
    )


def figures_of(customer_id: UUID, at: datetime) -> DirectoryFigures:
    people = DirectoryUser.objects.filter(customer=customer_id).aggregate(
        all=Count("pk"), active=Count("pk", filter=Q(is_active=True))
    )
    requests = DirectoryRequest.objects.filter(customer=customer_id, asked_at__gt=at - A_DAY)
    done = requests.aggregate(
        given=Sum("seats_given"),
        taken=Sum("seats_taken"),
        refused=Count("pk", filter=~Q(detail="")),
    )
    return DirectoryFigures(
        people=people["all"],
        active=people["active"],
        groups=DirectoryGroup.objects.filter(customer=customer_id).count(),
        given=done["given"] or 0,
        taken=done["taken"] or 0,
        refused=done["refused"],
    )


def mapping_rows(customer_id: UUID, people: int) -> Iterable[MappingRow]:
    mappings = (
        DirectoryMapping.objects.filter(customer=customer_id)
        .select_related("directory_group", "group", "subscription__plan", "seat_type")
        .annotate(inside=Count("directory_group__members"))
    )
    for one in mappings:
        seat = ""
        if one.seat_type and one.subscription:
            seat = f"{one.seat_type.name}, {one.subscription.plan.name}"
        yield MappingRow(
            key=one.pk,
            whom=one.directory_group.display_name if one.directory_group else EVERYBODY,
            people=one.inside if one.directory_group else people,
            seat=seat,
            group=one.group.name if one.group else "",
            when_gone=str(WhenGone(one.when_gone).label),
            rank=one.rank,
        )


def mapping_row(*, customer_id: UUID, mapping_id: UUID) -> MappingRow | None:
    people = DirectoryUser.objects.filter(customer=customer_id).count()
    return next((one for one in mapping_rows(customer_id, people) if one.key == mapping_id), None)


def plan_names(*, customer_id: UUID) -> dict[str, str]:
    """What people call their subscriptions, by external id."""
    rows = Subscription.objects.filter(customer=customer_id)
    return dict(rows.values_list("external_id", "plan__name"))


def mapping_choices(*, customer_id: UUID, at: datetime) -> MappingChoices:
    groups = DirectoryGroup.objects.filter(customer=customer_id).order_by("display_name")
    own = Group.objects.filter(customer=customer_id, closed_at=None).order_by("name")
    rooms = seat_room(customer_id=customer_id, at=at)
    return MappingChoices(
        whom=(("", EVERYBODY), *((str(one.pk), one.display_name) for one in groups)),
        seats=(
            ("", "No seat"),
            *(
                (f"{one.subscription}/{one.seat_type}", f"{one.seat_type_name}, {one.plan}")
                for one in rooms
            ),
        ),
        groups=(("", "No group"), *((str(one.pk), one.name) for one in own)),
    )
