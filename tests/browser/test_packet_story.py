"""Support answers "why this amount?" from the number in an e-mail, and what it sends can be checked."""

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.core.management import call_command
from playwright.sync_api import expect

from billing.operations.render_invoices import render_invoices
from tests.desk.packet.world import PacketWorld
from tests.seatworld import day


@pytest.fixture
def acme(db) -> PacketWorld:
    acme = PacketWorld.make()
    render_invoices(keys=[acme.first.pk, acme.second.pk], at=day(2, 4, 11))
    return acme


@pytest.fixture
def support(analyst):
    """Whoever is signed in works in support: no right to see people by name."""
    analyst.groups.set(StaffRoleGroup.objects.filter(name="support"))
    return analyst


def test_support_answers_why_this_amount_from_an_emailed_number(
    page, support, acme, tmp_path, capsys
):
    page.goto("/desk/packets/")
    page.get_by_label("Number or id").fill(acme.second.number)
    page.get_by_role("button", name="Open its evidence").click()

    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    expect(
        page.get_by_text(
            "On 4 February 2026 your administrator added 10 Member seats; "
            "11 of 31 days remained; US$28.39 was charged on invoice SW-000002."
        )
    ).to_be_visible()
    expect(page.get_by_text("every hash matches")).to_be_visible()

    page.get_by_role("group", name="Language").get_by_role("link", name="de").click()
    expect(page.get_by_text("fügte Ihr Administrator 10 Plätze (Member) hinzu")).to_be_visible()

    with page.expect_download() as started:
        page.get_by_role("link", name="Download ZIP").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)

    call_command("verify_packet", str(file))
    assert f"evidence-{acme.second.number}.zip: ok" in capsys.readouterr().out


def test_an_invoice_leads_to_its_evidence_and_an_id_is_copied(page, support, acme):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/desk/invoices/{acme.second.number}/")
    page.get_by_role("link", name="Evidence", exact=True).last.click()

    page.get_by_role("button", name=f"Copy id of {acme.second.number}").first.click()

    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == str(acme.second.pk)
