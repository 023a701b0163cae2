"""What the database refuses of features and usage, whoever asks."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction

from billing.models import Feature, SeatTypeFeature, UsageRecord, UsageTotal
from billing.operations.record_usage import ReportedUsage, record_usage
from tests.billing.entitlements.world import NOW
from tests.seatworld import day


@contextmanager
def refused(name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        yield


@pytest.fixture
def used(people):
    record_usage(
        reports=[ReportedUsage("product", "u-1", "acme", "exports", 3, "ada")], client=None, at=NOW
    )
    return UsageRecord.objects.get()


def test_features_are_known_once_by_code_and_metered_ones_by_their_unit(people):
    kept = Feature.objects.get(code="exports")
    named = {"product": kept.product, "name": "x"}
    with refused("feature_code_once_per_product"):
        Feature.objects.create(code="exports", **named)
    with refused("feature_kind_is_known"):
        Feature.objects.filter(pk=kept.pk).update(kind="x", unit="")
    with refused("feature_metered_has_a_unit"):
        Feature.objects.create(code="y", kind="metered", unit="", **named)
    with refused("feature_metered_has_a_unit"):
        Feature.objects.create(code="y", kind="switch", unit="GB", **named)


def test_a_seat_type_has_a_feature_once_with_somebodys_limit(people):
    kept = SeatTypeFeature.objects.filter(feature__code="exports").first()
    with refused("seat_type_feature_once"):
        SeatTypeFeature.objects.create(seat_type=kept.seat_type, feature=kept.feature)
    with refused("seat_type_feature_limit_is_of_somebody"):
        SeatTypeFeature.objects.filter(pk=kept.pk).update(limit_of="nobody")


def test_usagerecord_append_only(used):
    with refused("append-only"):
        UsageRecord.objects.filter(pk=used.pk).update(quantity=9)
    with refused("append-only"):
        used.delete()


def test_usage_is_once_per_source_id_and_never_nothing(used):
    with refused("usage_source_id_once_per_customer"):
        UsageRecord.objects.bulk_create([copy_of(used)])
    with refused("usage_quantity_is_not_zero"):
        UsageRecord.objects.bulk_create([copy_of(used, quantity=0, source_event_id="u-2")])


def copy_of(record, **changes):
    names = (
        "customer_id", "subscription_id", "feature_id", "grantee_id", "quantity", "used_at",
        "recorded_at", "source", "source_event_id",
    )  # fmt: skip
    return UsageRecord(**{**{name: getattr(record, name) for name in names}, **changes})


def test_totals_are_once_per_cycle_of_one_and_in_order(used, people):
    whole = UsageTotal.objects.get(grantee=None, group=None)
    same = {"subscription": whole.subscription, "feature": whole.feature, "quantity": 1}
    with refused("usage_total_once_per_cycle"):
        UsageTotal.objects.create(from_at=whole.from_at, until_at=whole.until_at, **same)
    with refused("usage_total_is_of_a_person_or_a_group"):
        UsageTotal.objects.filter(pk=whole.pk).update(grantee=people.ada, group=people.sales)
    with refused("usage_total_ends_after_it_begins"):
        UsageTotal.objects.filter(pk=whole.pk).update(until_at=whole.from_at)


def test_totals_are_the_sums_of_the_records_of_their_cycle(people):
    people.give("bob")
    reports = [
        ReportedUsage("product", f"u-{number}", "acme", "credits", quantity, who, used_at=at)
        for number, (who, quantity, at) in enumerate(
            [("ada", 5, NOW), ("bob", 7, NOW), ("ada", -2, NOW), ("ada", 11, day(2, 5))]
        )
    ]
    for part in (reports[:2], reports[1:], reports):
        record_usage(reports=part, client=None, at=NOW)

    totals = UsageTotal.objects.values_list(
        "from_at", "grantee__external_id", "group__external_id", "quantity"
    )
    before, now = day(1, 15), day(2, 15)
    assert set(totals) == {
        (before, "ada", None, 11), (before, None, "sales", 11), (before, None, None, 11),
        (now, "ada", None, 3), (now, "bob", None, 7), (now, None, "sales", 10),
        (now, None, None, 10),
    }  # fmt: skip


def test_a_batch_costs_the_same_queries_for_two_or_twenty(people, django_assert_num_queries):
    for size in (2, 20):
        reports = [
            ReportedUsage("product", f"{size}-{number}", "acme", "calls", 1, "ada")
            for number in range(size)
        ]
        with django_assert_num_queries(13):
            record_usage(reports=reports, client=None, at=NOW)
