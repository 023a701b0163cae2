"""Tax in the admin: who edits what, with history; what the flow writes is looked at only."""

from base64 import b64decode
from datetime import date
from io import BytesIO

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from config.celery import app as celery_app
from tax.models import ExemptionCertificate, MarketChecklist, TaxRate, TaxRegistration
from tests.desk import tax_world, world

assert celery_app.main  # tasks a page starts go to the embedded Redis; nobody takes them here

READ_ONLY = ["locationevidence", "taxidcheck", "taxreturn", "exchangerate"]
FACTS = ["taxrate", "taxability", "registrationthreshold", "taxterritory", "taxregistration"]
ROLES = ["support", "analyst", "approver", "administrator"]


@pytest.fixture
def entity(db):
    return world.make_catalog().entity


def as_role(role):
    user = User.objects.create_user(f"{role}-{User.objects.count()}", is_staff=True)
    user.groups.add(StaffRoleGroup.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def png(width=40, height=20, kind="PNG"):
    picture = BytesIO()
    Image.new("RGB", (width, height), "#3b4cca").save(picture, kind)
    return picture.getvalue()


def save_entity(entity, **given):
    """The form of a billing entity as the page sends it, with a change."""
    address = reverse("admin:tax_billingentity_change", args=[entity.pk])
    form = {
        "code": "IE", "legal_name": "Seatworks Ltd", "address_line1": "1 Quay", "city": "Dublin",
        "country": "IE", "currency": "EUR", "languages": "en,de", "accent_color": "#3b4cca",
        "tax_engine": "builtin", "unverified_tax_id": "hold", "missing_local_rate": "hold",
        "location_evidence_pieces": "2",
    }  # fmt: skip
    return as_role("administrator").post(address, {**form, **given})


def upload(content, name="logo.png", kind="image/png"):
    return SimpleUploadedFile(name, content, content_type=kind)


def test_a_logo_is_kept_as_it_was_uploaded(entity):
    picture = png()

    answer = save_entity(entity, logo=upload(picture))

    entity.refresh_from_db()
    assert answer.status_code == 302
    assert b64decode(entity.logo_png) == picture
    assert entity.languages == ["en", "de"]


def test_a_form_without_an_upload_keeps_the_logo_until_it_is_removed(entity):
    save_entity(entity, logo=upload(png()))

    save_entity(entity, city="Cork")
    entity.refresh_from_db()
    kept = bool(entity.logo_png)
    save_entity(entity, remove_logo="on")
    entity.refresh_from_db()

    assert (kept, entity.logo_png, entity.city) == (True, "", "Dublin")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (png(kind="JPEG"), "no whole PNG"),
        (png() + b"\0" * 65536, "larger than 64 KB"),
        (png()[:-4], "no whole PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "valid image"),
        (png(2001, 1), "2000 pixels"),
    ],
    ids=["a JPEG", "too large", "cut off", "an SVG", "too wide"],
)
def test_what_is_no_small_png_is_refused(entity, content, problem):
    answer = save_entity(entity, logo=upload(content))

    entity.refresh_from_db()
    assert problem in answer.content.decode()
    assert entity.logo_png == ""


def test_tax_settings_are_explained_where_they_are_set(entity):
    address = reverse("admin:tax_billingentity_change", args=[entity.pk])

    page = as_role("administrator").get(address).content.decode()

    assert "tax is never left out silently" in page
    assert "only below EUR 100,000" in page


def test_who_only_looks_at_a_billing_entity_sees_its_logo_and_no_upload(entity):
    save_entity(entity, logo=upload(png()))
    address = reverse("admin:tax_billingentity_change", args=[entity.pk])

    page = as_role("support").get(address).content.decode()

    assert "data:image/png;base64," in page
    assert 'type="file"' not in page


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("model", READ_ONLY)
def test_nobody_writes_what_machines_write(db, role, model):
    assert as_role(role).get(reverse(f"admin:tax_{model}_add")).status_code == 403


@pytest.mark.parametrize(
    ("role", "granted"),
    [("support", 403), ("analyst", 403), ("approver", 200), ("administrator", 200)],
)
@pytest.mark.parametrize("model", FACTS)
def test_facts_of_the_law_are_edited_by_approvers_and_administrators(db, role, granted, model):
    assert as_role(role).get(reverse(f"admin:tax_{model}_add")).status_code == granted


@pytest.mark.parametrize(("role", "granted"), [("support", 403), ("analyst", 200)])
@pytest.mark.parametrize("model", ["marketchecklist", "exemptioncertificate"])
def test_answers_and_certificates_are_written_by_analysts_too(db, role, granted, model):
    assert as_role(role).get(reverse(f"admin:tax_{model}_add")).status_code == granted


def test_only_approvers_and_administrators_may_sign_off_tax(db):
    may = {role: StaffRoleGroup.objects.get(name=role).permissions for role in ROLES}

    signers = [role for role in ROLES if may[role].filter(codename="sign_off_tax").exists()]

    assert signers == ["approver", "administrator"]


def test_a_changed_rate_keeps_its_former_version(db):
    rate = tax_world.rate("YY", "19")
    form = {
        "jurisdiction": "YY", "valid_from": "2025-01-01", "source": "Gazette 12", "grade": "A",
        "tax": "VAT", "buyer_kind": "any", "percent": "20",
    }  # fmt: skip

    as_role("approver").post(reverse("admin:tax_taxrate_change", args=[rate.pk]), form)

    versions = TaxRate.objects.get(pk=rate.pk).history.order_by("history_date")
    assert [str(one.percent) for one in versions] == ["19.0000", "20.0000"]
    assert versions.last().history_user.groups.get().name == "approver"


def test_two_rates_for_the_same_days_are_refused_on_the_form(db):
    tax_world.rate("YY", "19")
    form = {
        "jurisdiction": "YY", "valid_from": "2026-01-01", "source": "Gazette 12", "grade": "A",
        "tax": "VAT", "buyer_kind": "any", "percent": "20",
    }  # fmt: skip

    page = as_role("approver").post(reverse("admin:tax_taxrate_add"), form).content.decode()

    assert "tax_rate_once_at_a_time" in page
    assert TaxRate.objects.filter(jurisdiction="YY").count() == 1


def test_a_registration_is_written_with_how_it_files(entity):
    form = {
        "billing_entity": str(entity.pk), "jurisdiction": "DE", "scheme": "local",
        "number": "DE123456789", "valid_from": "2026-01-01", "currency": "EUR",
        "filing_frequency": "monthly", "due_months_after": "1", "due_day": "10",
        "due_days_after": "0",
    }  # fmt: skip

    as_role("approver").post(reverse("admin:tax_taxregistration_add"), form)

    registration = TaxRegistration.objects.get()
    assert (registration.number, registration.due_day) == ("DE123456789", 10)
    assert registration.history.count() == 1


def certificate_form(customer, **given):
    return {
        "customer": str(customer.pk), "jurisdiction": "US-TX", "kind": "exemption",
        "number": "01-339", "reason": "Charity", "valid_from": "2026-01-01",
        "valid_to": "2027-12-31", **given,
    }  # fmt: skip


def test_a_certificate_names_who_verified_it_until_that_is_withdrawn(db):
    customer = world.make_customer(world.make_catalog()).customer
    client = as_role("analyst")

    client.post(
        reverse("admin:tax_exemptioncertificate_add"), certificate_form(customer, is_verified="on")
    )
    certificate = ExemptionCertificate.objects.get()
    verifier = certificate.verified_by.groups.get().name
    client.post(
        reverse("admin:tax_exemptioncertificate_change", args=[certificate.pk]),
        certificate_form(customer),
    )

    certificate.refresh_from_db()
    assert verifier == "analyst"
    assert (certificate.verified_by, certificate.verified_at) == (None, None)


def test_exemption_certificate_ends_after_it_begins(db):
    customer = world.make_customer(world.make_catalog()).customer
    form = certificate_form(customer, valid_to="2025-12-31")

    page = as_role("analyst").post(reverse("admin:tax_exemptioncertificate_add"), form)

    assert "exemption_certificate_ends_after_it_begins" in page.content.decode()
    assert ExemptionCertificate.objects.count() == 0


def test_a_new_checklist_starts_unsigned_with_the_market_it_was_asked_for(entity):
    client = as_role("analyst")
    address = reverse("admin:tax_marketchecklist_add")

    page = client.get(address, {"billing_entity": str(entity.pk), "market": "DE"})
    client.post(address, {"billing_entity": str(entity.pk), "market": "DE"})

    checklist = MarketChecklist.objects.get()
    assert 'value="DE"' in page.content.decode()
    assert (checklist.market, checklist.signed_off_at) == ("DE", None)


def test_csv_of_registrations_has_the_columns_of_the_list(entity):
    tax_world.register(entity, valid_to=date(2026, 12, 31))

    answer = as_role("support").get(reverse("admin:tax_taxregistration_export"))

    header, row = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert header.startswith("Billing entity,Jurisdiction,Scheme,Number,Valid from")
    assert row.startswith("Seatworks Ltd,DE,Local registration,DE123456789,2025-01-01,2026-12-31")


def test_whether_a_customer_is_a_business_is_set_on_its_record(db):
    customer = world.make_customer(world.make_catalog()).customer
    address = reverse("admin:accounts_customer_change", args=[customer.pk])

    page = as_role("analyst").get(address).content.decode()

    assert 'name="is_business"' in page
    assert "Every change is a new version of its evidence" in page
