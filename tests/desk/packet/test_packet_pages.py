"""Packets at the desk and at the API: shown, downloaded, redacted by role, and noted on the trail."""

import io
import json
import zipfile
from dataclasses import replace

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry
from billing.models import InvoiceLine
from billing.operations.render_invoices import render_invoices
from desk.calc.packet_file import digest, manifest_digest
from desk.calc.verify_packet import verify_packet
from desk.documents.packet_sheet import packet_sheet, print_packet
from desk.documents.packet_zip import packet_zip
from desk.queries.packet import page as packet_pages
from desk.queries.packet.collect import packet_of
from desk.queries.packet.subject import asked_for
from tests.desk.packet.world import (
    ACTOR,
    OWNER,
    OWNER_MAIL,
    USER,
    USER_ID,
    USER_MAIL,
    PacketWorld,
)
from tests.seatworld import day

pytestmark = pytest.mark.django_db
AT = day(4, 1)
PEOPLE = (OWNER, OWNER_MAIL, USER, USER_MAIL, USER_ID, ACTOR)


def page_of(client, kind, key, **asked):
    return client.get(reverse("desk:packet", args=[kind, key]), asked)


def file_of(client, form, key, kind="invoice", **asked):
    return client.get(reverse("desk:packet_file", args=[kind, key, form]), asked)


def named_in(text: str) -> list[str]:
    return [one for one in PEOPLE if one in text]


@pytest.fixture
def rendered(acme) -> PacketWorld:
    render_invoices(keys=[acme.first.pk, acme.second.pk], at=day(2, 4, 11))
    return acme


def test_the_page_tells_the_story_and_has_a_section_for_everything(as_role, acme):
    text = page_of(as_role("support"), "invoice", acme.second.number).content.decode()

    assert "your administrator added 10 Member seats; 11 of 31 days remained" in text
    for anchor in (
        "story", "invoices", "lines", "taxes", "events", "ledger", "versions", "approvals",
        "corrections", "money", "recovery", "views", "absent",
    ):  # fmt: skip
        assert f'id="{anchor}"' in text
        assert f'href="#{anchor}"' in text
    assert "recomputed, matches" in text


def test_the_story_can_be_read_in_another_language(as_role, acme):
    text = page_of(as_role("support"), "invoice", acme.second.number, language="de")

    assert "fügte Ihr Administrator 10 Plätze (Member) hinzu" in text.content.decode()


def test_without_the_right_to_see_people_nobody_is_named_anywhere(as_role, rendered):
    support = as_role("support")
    text = page_of(support, "invoice", rendered.second.number).content.decode()
    data = file_of(support, "json", rendered.second.number).content.decode()
    packed = file_of(support, "zip", rendered.second.number).content

    assert named_in(text) == named_in(data) == []
    assert "Redacted: people stand under pseudonyms" in text
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["manifest.json", "packet.json", "packet.pdf"]
        assert named_in(archive.read("packet.json").decode()) == []
        left = json.loads(archive.read("manifest.json"))["left_out"]
    assert [one["name"] for one in left] == [
        f"invoices/{rendered.second.number}.pdf", f"invoices/{rendered.second.number}.xml",
    ]  # fmt: skip
    assert verify_packet(packed).is_sound


def test_with_the_right_people_stand_by_name(as_role, acme):
    data = file_of(as_role("analyst"), "json", acme.second.number).content.decode()

    assert {OWNER, OWNER_MAIL, USER, USER_ID, ACTOR} <= set(named_in(data))


def test_a_pseudonym_is_the_same_for_every_way_a_person_is_written_and_every_time(acme):
    def people(packet):
        entry = next(one for one in packet.ledger.entries if one.grantee)
        used = next(one for one in packet.events if one.kind == "seat_used")
        return entry.grantee, used.payload["grantee"], used.actor

    first = people(packet_of(asked_for("invoice", acme.second.pk), at=AT, may_see_people=False))
    again = people(packet_of(asked_for("invoice", acme.second.pk), at=AT, may_see_people=False))

    assert first == again
    assert first[0] == first[1]
    assert first[0].startswith("person-")
    assert first[2].startswith("person-")
    assert first[2] != first[0]


def test_a_customer_who_is_a_person_is_redacted_too(db):
    acme = PacketWorld.make(business=False)

    packet = packet_of(asked_for("invoice", acme.second.pk), at=AT, may_see_people=False)

    assert packet.customer.legal_name.startswith("person-")
    assert packet.invoices[0].buyer["legal_name"] == packet.customer.legal_name
    assert packet.invoices[0].seller["legal_name"] == "Seatworks Ltd"
    assert packet.ledger.fits


def test_the_zip_holds_the_documents_as_issued_and_verifies(as_role, rendered):
    packed = file_of(as_role("analyst"), "zip", rendered.second.number).content

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        pdf = archive.read(f"invoices/{rendered.second.number}.pdf")
    assert digest(pdf) == rendered.second.document.sha256
    checked = verify_packet(packed)
    assert checked.findings == ()
    assert (checked.files, checked.lines) == (4, 1)


def test_a_document_whose_file_is_gone_is_named_with_its_digest_and_the_reason(as_role, rendered):
    default_storage.delete(rendered.second.document.path)

    packed = file_of(as_role("analyst"), "zip", rendered.second.number).content

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        left = json.loads(archive.read("manifest.json"))["left_out"]
    assert "Restore it from the backup" in left[0]["why"]
    assert verify_packet(packed).is_sound


def test_the_same_packet_gives_the_same_bytes(rendered):
    packet = packet_of(asked_for("invoice", rendered.second.pk), at=AT, may_see_people=True)

    assert packet_zip(packet) == packet_zip(replace(packet))


def test_the_trail_keeps_what_tells_a_true_packet_from_one_made_up(as_role, acme):
    packed = file_of(as_role("support"), "zip", acme.second.number).content

    noted = AuditEntry.objects.get(action="packet_made")
    assert noted.customer_id == acme.seats.customer.pk
    assert noted.detail == {"manifest_sha256": manifest_digest(packed), "redacted": True}


@pytest.mark.parametrize(("language", "title"), [("en", "Evidence packet"), ("de", "Belegmappe")])
def test_the_pdf_is_printed_in_the_language_of_the_story(acme, language, title):
    asked = asked_for("invoice", acme.second.pk)

    printed = print_packet(packet_of(asked, at=AT, may_see_people=False, language=language))

    assert printed.pdf.startswith(b"%PDF")
    assert printed.pages >= 2
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        assert str(pdf.docinfo["/Title"]) == f"{title} {acme.second.number}"


def test_arithmetic_and_tax_are_printed_in_the_language_of_the_story_too(acme):
    asked = asked_for("invoice", acme.second.pk)
    sheet = packet_sheet(packet_of(asked, at=AT, may_see_people=False, language="de"))

    printed = " ".join(
        f"{cell.text} {cell.below}" for part in sheet.tables for row in part.rows for cell in row
    ).replace("\xa0", " ")
    assert "10 Plätze × 8,00 × 11/31 Tage (4. bis 14. Februar) = 28,39" in printed
    assert "USt DE 19 %" in printed


def test_lines_come_by_pages_and_the_one_asked_for_is_on_the_page_shown(as_role, acme, monkeypatch):
    monkeypatch.setattr(packet_pages, "LINES_OF_A_PAGE", 1)
    for number in range(2):
        acme.seats.send(f"more-{number}", day(3, 2 + number), quantity=1)
    (invoice,) = [one for one in acme.seats.push(day(3, 15)) if one.kind == "invoice"]
    last = InvoiceLine.objects.filter(invoice=invoice).order_by("position").last()

    shown = page_of(as_role("support"), "line", last.pk).context_data["page"].lines
    first = page_of(as_role("support"), "line", last.pk, page=1).context_data["page"].lines

    assert [one.line.id for one in shown.rows] == [last.pk]
    assert (shown.has_previous, shown.has_next) == (True, False)
    assert first.rows[0].line.position == 1


def test_the_box_leads_to_the_packet_or_says_what_can_be_looked_up(as_role, acme):
    support = as_role("support")

    found = support.get(reverse("desk:packets"), {"q": acme.second.number})
    nothing = support.get(reverse("desk:packets"), {"q": "SW-999999"})

    assert found.url == reverse("desk:packet", args=["invoice", acme.second.pk])
    assert "Nothing is called “SW-999999”" in nothing.content.decode()


@pytest.mark.parametrize(
    ("kind", "key"), [("invoice", "SW-999999"), ("nonsense", "e1e1"), ("line", "0" * 32)]
)
def test_what_is_not_there_is_not_found(as_role, acme, kind, key):
    assert page_of(as_role("support"), kind, key).status_code == 404


def test_only_three_forms_exist(as_role, acme):
    assert file_of(as_role("support"), "exe", acme.second.number).status_code == 404


def test_staff_without_a_role_see_no_packet(as_role, acme):
    for answer in (
        page_of(as_role(None), "invoice", acme.second.number),
        file_of(as_role(None), "zip", acme.second.number),
        as_role(None).get(reverse("desk:packets")),
    ):
        assert answer.status_code == 403


def test_the_api_hands_out_the_packet_without_names(acme):
    answer = api(acme, f"/api/v1/invoices/{acme.second.number}/packet")

    told = answer.json()
    assert answer.status_code == 200
    assert told["redacted"] is True
    assert told["invoices"][0]["number"] == acme.second.number
    assert named_in(answer.content.decode()) == []


def api(acme, address):
    return Client().get(address, headers={"Authorization": f"Bearer {acme.seats.key}"})


def test_the_api_knows_no_other_invoices_and_no_other_keys(acme):
    assert api(acme, "/api/v1/invoices/SW-999999/packet").status_code == 404
    assert Client().get(f"/api/v1/invoices/{acme.second.number}/packet").status_code == 401


def test_the_openapi_document_says_what_a_packet_holds(acme):
    answer = Client().get("/api/v1/openapi", headers={"Accept": "application/json"})

    described = answer.json()["components"]["schemas"]["PacketRecord"]["properties"]
    assert set(described) == set(api(acme, f"/api/v1/invoices/{acme.second.number}/packet").json())


def test_pages_of_the_desk_lead_to_the_packet(as_role, acme):
    support = as_role("support")

    invoice = support.get(reverse("desk:invoice", args=[acme.second.number])).content.decode()
    line = support.get(reverse("desk:line", args=[acme.second.lines.get().pk])).content.decode()

    assert reverse("desk:packet", args=["invoice", acme.second.pk]) in invoice
    assert reverse("desk:packet", args=["line", acme.second.lines.get().pk]) in line
