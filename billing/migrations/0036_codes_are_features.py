"""Codes that seat types listed become features with a name; the list goes."""

from django.db import migrations


def codes_become_features(apps, schema_editor):
    """Each code a seat type listed is a switch of its product, and the seat type entitles to it."""
    Feature = apps.get_model("billing", "Feature")
    SeatTypeFeature = apps.get_model("billing", "SeatTypeFeature")
    for seat_type in apps.get_model("billing", "SeatType").objects.select_related("plan"):
        for code in dict.fromkeys(seat_type.entitlements):
            feature, _ = Feature.objects.get_or_create(
                product_id=seat_type.plan.product_id,
                code=code,
                defaults={"name": code, "kind": "switch"},
            )
            SeatTypeFeature.objects.create(seat_type=seat_type, feature=feature)


def features_become_codes(apps, schema_editor):
    for seat_type in apps.get_model("billing", "SeatType").objects.all():
        listed = seat_type.features.order_by("feature__code")
        seat_type.entitlements = list(listed.values_list("feature__code", flat=True))
        seat_type.save(update_fields=["entitlements"])


class Migration(migrations.Migration):
    dependencies = [("billing", "0035_features_and_usage")]

    operations = [
        migrations.RunPython(codes_become_features, features_become_codes),
        migrations.RemoveField(
            model_name="historicalseattype",
            name="entitlements",
        ),
        migrations.RemoveField(
            model_name="seattype",
            name="entitlements",
        ),
    ]
